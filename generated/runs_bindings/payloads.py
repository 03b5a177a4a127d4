"""The parts of request bodies as a caller writes them: names as on the wire, plain JSON values."""

from __future__ import annotations

from collections.abc import Sequence as Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import Required, TypedDict

if TYPE_CHECKING:
    from .models.all_nodes import AllNodes as AllNodes
    from .models.cancel_action import CancelAction as CancelAction
    from .models.cancel_status import CancelStatus as CancelStatus
    from .models.durability import Durability as Durability
    from .models.if_not_exists import IfNotExists as IfNotExists
    from .models.multitask_strategy import MultitaskStrategy as MultitaskStrategy
    from .models.on_completion import OnCompletion as OnCompletion
    from .models.on_disconnect import OnDisconnect as OnDisconnect
    from .models.run_field import RunField as RunField
    from .models.run_status import RunStatus as RunStatus
    from .models.stream_mode import StreamMode as StreamMode


class AttachedOptionsPayload(TypedDict, total=False):
    """AttachedOptions"""

    on_disconnect: OnDisconnect | None


class CheckpointPayload(TypedDict, total=False):
    """Checkpoint"""

    thread_id: str | None
    """The thread of the checkpoint."""
    checkpoint_ns: str | None
    """The namespace; empty for the root graph."""
    checkpoint_id: str | None
    """The checkpoint."""
    checkpoint_map: dict[str, Any] | None
    """Checkpoint ids by namespace."""


class CommandPayload(TypedDict, total=False):
    """Command"""

    update: Any | None
    """Changes to apply to the state, an object or a list of pairs."""
    resume: Any | None
    """The answer to an interrupt."""
    goto: str | SendPayload | Sequence[str | SendPayload] | None
    """The node or nodes to run next."""


class LangsmithTracerPayload(TypedDict, total=False):
    """LangsmithTracer"""

    project_name: str | None
    """The tracing project."""
    example_id: str | None
    """The data set example that the run belongs to."""


class RunConfigPayload(TypedDict, total=False):
    """RunConfig"""

    tags: Sequence[str] | None
    """Labels for tracing."""
    recursion_limit: int | None
    """How many steps the graph may take."""
    configurable: dict[str, Any] | None
    """Values that the graph reads as its configuration."""


class RunOptionsPayload(TypedDict, total=False):
    """What every run can be created with."""

    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""


class RunTargetPayload(TypedDict, total=False):
    """RunTarget"""

    assistant_id: Required[str]
    """An assistant's id, or the name of a graph."""


class RunsCancelPayload(TypedDict, total=False):
    """Names runs by `thread_id` and `run_ids`, or by `status`."""

    thread_id: str | None
    """The thread that holds the runs."""
    run_ids: Sequence[str] | None
    """The runs."""
    status: CancelStatus | None


class SendPayload(TypedDict, total=False):
    """Send"""

    node: Required[str]
    """The node to run."""
    input: Required[Any]
    """What to give it, any JSON value."""


class StatelessRunCreatePayload(TypedDict, total=False):
    """A background run without a thread."""

    assistant_id: Required[str]
    """An assistant's id, or the name of a graph."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which kinds of events the run produces; `values` where it is missing."""
    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    on_completion: OnCompletion | None


class StatelessRunCreateAttachedPayload(TypedDict, total=False):
    """A run without a thread that its creator stays connected to."""

    assistant_id: Required[str]
    """An assistant's id, or the name of a graph."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which kinds of events the run produces; `values` where it is missing."""
    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    on_completion: OnCompletion | None
    on_disconnect: OnDisconnect | None


class StatelessRunOptionsPayload(TypedDict, total=False):
    """What a run without a thread can be created with."""

    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    on_completion: OnCompletion | None


class StreamModeOptionPayload(TypedDict, total=False):
    """StreamModeOption"""

    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which kinds of events the run produces; `values` where it is missing."""


class ThreadRunCreatePayload(TypedDict, total=False):
    """A background run on a thread."""

    assistant_id: Required[str]
    """An assistant's id, or the name of a graph."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which kinds of events the run produces; `values` where it is missing."""
    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    checkpoint: CheckpointPayload | None
    interrupt_before: AllNodes | Sequence[str] | None
    """Stop before these nodes; `*` means all."""
    interrupt_after: AllNodes | Sequence[str] | None
    """Stop after these nodes; `*` means all."""
    multitask_strategy: MultitaskStrategy | None
    if_not_exists: IfNotExists | None


class ThreadRunCreateAttachedPayload(TypedDict, total=False):
    """A run on a thread that its creator stays connected to, to stream it or to wait for it."""

    assistant_id: Required[str]
    """An assistant's id, or the name of a graph."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which kinds of events the run produces; `values` where it is missing."""
    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    checkpoint: CheckpointPayload | None
    interrupt_before: AllNodes | Sequence[str] | None
    """Stop before these nodes; `*` means all."""
    interrupt_after: AllNodes | Sequence[str] | None
    """Stop after these nodes; `*` means all."""
    multitask_strategy: MultitaskStrategy | None
    if_not_exists: IfNotExists | None
    on_disconnect: OnDisconnect | None


class ThreadRunOptionsPayload(TypedDict, total=False):
    """What a run on a thread can be created with."""

    input: Any | None
    """The input of the graph, any JSON value."""
    command: CommandPayload | None
    metadata: dict[str, Any] | None
    """Kept with the run."""
    config: RunConfigPayload | None
    context: dict[str, Any] | None
    """Values that the graph may read while it runs. Servers refuse it beside `config.configurable`."""
    checkpoint_id: str | None
    """The checkpoint to go on from."""
    webhook: str | None
    """A URL that the server calls once the run has ended."""
    stream_subgraphs: bool | None
    """Also produce the events of subgraphs."""
    stream_resumable: bool | None
    """Keep the events, so that a stream that broke can be taken up again."""
    feedback_keys: Sequence[str] | None
    """Ask for a feedback URL for each of these names."""
    after_seconds: float | None
    """Seconds to wait before the run starts."""
    checkpoint_during: bool | None
    """Older form of `durability`."""
    durability: Durability | None
    langsmith_tracer: LangsmithTracerPayload | None
    strict_resume: bool | None
    """Refuse a `command.resume` that answers no open interrupt."""
    checkpoint: CheckpointPayload | None
    interrupt_before: AllNodes | Sequence[str] | None
    """Stop before these nodes; `*` means all."""
    interrupt_after: AllNodes | Sequence[str] | None
    """Stop after these nodes; `*` means all."""
    multitask_strategy: MultitaskStrategy | None
    if_not_exists: IfNotExists | None
