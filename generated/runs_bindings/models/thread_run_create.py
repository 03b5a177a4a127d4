from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.all_nodes import AllNodes, check_all_nodes
from ..models.durability import Durability, check_durability
from ..models.if_not_exists import IfNotExists, check_if_not_exists
from ..models.multitask_strategy import MultitaskStrategy, check_multitask_strategy
from ..models.stream_mode import StreamMode, check_stream_mode
from ..types import UNSET, Unset, object_fields

if TYPE_CHECKING:
    from ..models.checkpoint import Checkpoint
    from ..models.command import Command
    from ..models.langsmith_tracer import LangsmithTracer
    from ..models.run_config import RunConfig


T = TypeVar("T", bound="ThreadRunCreate")


@_attrs_define
class ThreadRunCreate:
    """A background run on a thread.

    Attributes:
        assistant_id (str): An assistant's id, or the name of a graph.
        stream_mode (list[StreamMode] | StreamMode | Unset): Which kinds of events the run produces; `values` where it
            is missing.
        input_ (Any | Unset): The input of the graph, any JSON value.
        command (Command | Unset):
        metadata (dict[str, Any] | Unset): Kept with the run.
        config (RunConfig | Unset):
        context (dict[str, Any] | Unset): Values that the graph may read while it runs. Servers refuse it beside
            `config.configurable`.
        checkpoint_id (str | Unset): The checkpoint to go on from.
        webhook (str | Unset): A URL that the server calls once the run has ended.
        stream_subgraphs (bool | Unset): Also produce the events of subgraphs. Default: False.
        stream_resumable (bool | Unset): Keep the events, so that a stream that broke can be taken up again. Default:
            False.
        feedback_keys (list[str] | Unset): Ask for a feedback URL for each of these names.
        after_seconds (float | Unset): Seconds to wait before the run starts.
        checkpoint_during (bool | Unset): Older form of `durability`.
        durability (Durability | Unset):
        langsmith_tracer (LangsmithTracer | Unset):
        strict_resume (bool | Unset): Refuse a `command.resume` that answers no open interrupt.
        checkpoint (Checkpoint | Unset):
        interrupt_before (AllNodes | list[str] | Unset): Stop before these nodes; `*` means all.
        interrupt_after (AllNodes | list[str] | Unset): Stop after these nodes; `*` means all.
        multitask_strategy (MultitaskStrategy | Unset):
        if_not_exists (IfNotExists | Unset):
    """

    assistant_id: str
    stream_mode: list[StreamMode] | StreamMode | Unset = UNSET
    input_: Any | Unset = UNSET
    command: Command | Unset = UNSET
    metadata: dict[str, Any] | Unset = UNSET
    config: RunConfig | Unset = UNSET
    context: dict[str, Any] | Unset = UNSET
    checkpoint_id: str | Unset = UNSET
    webhook: str | Unset = UNSET
    stream_subgraphs: bool | Unset = False
    stream_resumable: bool | Unset = False
    feedback_keys: list[str] | Unset = UNSET
    after_seconds: float | Unset = UNSET
    checkpoint_during: bool | Unset = UNSET
    durability: Durability | Unset = UNSET
    langsmith_tracer: LangsmithTracer | Unset = UNSET
    strict_resume: bool | Unset = UNSET
    checkpoint: Checkpoint | Unset = UNSET
    interrupt_before: AllNodes | list[str] | Unset = UNSET
    interrupt_after: AllNodes | list[str] | Unset = UNSET
    multitask_strategy: MultitaskStrategy | Unset = UNSET
    if_not_exists: IfNotExists | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        assistant_id = self.assistant_id

        stream_mode: list[str] | str | Unset
        if isinstance(self.stream_mode, Unset):
            stream_mode = UNSET
        elif isinstance(self.stream_mode, str):
            stream_mode = self.stream_mode
        else:
            stream_mode = []
            for stream_mode_type_1_item_data in self.stream_mode:
                stream_mode_type_1_item: str = stream_mode_type_1_item_data
                stream_mode.append(stream_mode_type_1_item)

        input_ = self.input_

        command: dict[str, Any] | Unset = UNSET
        if not isinstance(self.command, Unset):
            command = self.command.to_dict()

        metadata = self.metadata

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        context = self.context

        checkpoint_id = self.checkpoint_id

        webhook = self.webhook

        stream_subgraphs = self.stream_subgraphs

        stream_resumable = self.stream_resumable

        feedback_keys: list[str] | Unset = UNSET
        if not isinstance(self.feedback_keys, Unset):
            feedback_keys = self.feedback_keys

        after_seconds = self.after_seconds

        checkpoint_during = self.checkpoint_during

        durability: str | Unset = UNSET
        if not isinstance(self.durability, Unset):
            durability = self.durability

        langsmith_tracer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.langsmith_tracer, Unset):
            langsmith_tracer = self.langsmith_tracer.to_dict()

        strict_resume = self.strict_resume

        checkpoint: dict[str, Any] | Unset = UNSET
        if not isinstance(self.checkpoint, Unset):
            checkpoint = self.checkpoint.to_dict()

        interrupt_before: list[str] | str | Unset
        if isinstance(self.interrupt_before, Unset):
            interrupt_before = UNSET
        elif isinstance(self.interrupt_before, str):
            interrupt_before = self.interrupt_before
        else:
            interrupt_before = self.interrupt_before

        interrupt_after: list[str] | str | Unset
        if isinstance(self.interrupt_after, Unset):
            interrupt_after = UNSET
        elif isinstance(self.interrupt_after, str):
            interrupt_after = self.interrupt_after
        else:
            interrupt_after = self.interrupt_after

        multitask_strategy: str | Unset = UNSET
        if not isinstance(self.multitask_strategy, Unset):
            multitask_strategy = self.multitask_strategy

        if_not_exists: str | Unset = UNSET
        if not isinstance(self.if_not_exists, Unset):
            if_not_exists = self.if_not_exists

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "assistant_id": assistant_id,
            }
        )
        if stream_mode is not UNSET:
            field_dict["stream_mode"] = stream_mode
        if input_ is not UNSET:
            field_dict["input"] = input_
        if command is not UNSET:
            field_dict["command"] = command
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if config is not UNSET:
            field_dict["config"] = config
        if context is not UNSET:
            field_dict["context"] = context
        if checkpoint_id is not UNSET:
            field_dict["checkpoint_id"] = checkpoint_id
        if webhook is not UNSET:
            field_dict["webhook"] = webhook
        if stream_subgraphs is not UNSET:
            field_dict["stream_subgraphs"] = stream_subgraphs
        if stream_resumable is not UNSET:
            field_dict["stream_resumable"] = stream_resumable
        if feedback_keys is not UNSET:
            field_dict["feedback_keys"] = feedback_keys
        if after_seconds is not UNSET:
            field_dict["after_seconds"] = after_seconds
        if checkpoint_during is not UNSET:
            field_dict["checkpoint_during"] = checkpoint_during
        if durability is not UNSET:
            field_dict["durability"] = durability
        if langsmith_tracer is not UNSET:
            field_dict["langsmith_tracer"] = langsmith_tracer
        if strict_resume is not UNSET:
            field_dict["strict_resume"] = strict_resume
        if checkpoint is not UNSET:
            field_dict["checkpoint"] = checkpoint
        if interrupt_before is not UNSET:
            field_dict["interrupt_before"] = interrupt_before
        if interrupt_after is not UNSET:
            field_dict["interrupt_after"] = interrupt_after
        if multitask_strategy is not UNSET:
            field_dict["multitask_strategy"] = multitask_strategy
        if if_not_exists is not UNSET:
            field_dict["if_not_exists"] = if_not_exists

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.checkpoint import Checkpoint  # noqa: PLC0415
        from ..models.command import Command  # noqa: PLC0415
        from ..models.langsmith_tracer import LangsmithTracer  # noqa: PLC0415
        from ..models.run_config import RunConfig  # noqa: PLC0415

        d = object_fields(src_dict)
        assistant_id = d.pop("assistant_id", UNSET)

        def _parse_stream_mode(data: object) -> list[StreamMode] | StreamMode | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                stream_mode_type_0 = check_stream_mode(data)

                return stream_mode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            stream_mode_type_1 = []
            _stream_mode_type_1 = data
            for stream_mode_type_1_item_data in _stream_mode_type_1:
                stream_mode_type_1_item = check_stream_mode(stream_mode_type_1_item_data)

                stream_mode_type_1.append(stream_mode_type_1_item)

            return stream_mode_type_1

        stream_mode = _parse_stream_mode(d.pop("stream_mode", UNSET))

        input_ = d.pop("input", UNSET)

        _command = d.pop("command", UNSET)
        command: Command | Unset
        if isinstance(_command, Unset):
            command = UNSET
        else:
            command = Command.from_dict(_command)

        metadata = d.pop("metadata", UNSET)

        _config = d.pop("config", UNSET)
        config: RunConfig | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = RunConfig.from_dict(_config)

        context = d.pop("context", UNSET)

        checkpoint_id = d.pop("checkpoint_id", UNSET)

        webhook = d.pop("webhook", UNSET)

        stream_subgraphs = d.pop("stream_subgraphs", UNSET)

        stream_resumable = d.pop("stream_resumable", UNSET)

        feedback_keys = cast(list[str], d.pop("feedback_keys", UNSET))

        after_seconds = d.pop("after_seconds", UNSET)

        checkpoint_during = d.pop("checkpoint_during", UNSET)

        _durability = d.pop("durability", UNSET)
        durability: Durability | Unset
        if isinstance(_durability, Unset):
            durability = UNSET
        else:
            durability = check_durability(_durability)

        _langsmith_tracer = d.pop("langsmith_tracer", UNSET)
        langsmith_tracer: LangsmithTracer | Unset
        if isinstance(_langsmith_tracer, Unset):
            langsmith_tracer = UNSET
        else:
            langsmith_tracer = LangsmithTracer.from_dict(_langsmith_tracer)

        strict_resume = d.pop("strict_resume", UNSET)

        _checkpoint = d.pop("checkpoint", UNSET)
        checkpoint: Checkpoint | Unset
        if isinstance(_checkpoint, Unset):
            checkpoint = UNSET
        else:
            checkpoint = Checkpoint.from_dict(_checkpoint)

        def _parse_interrupt_before(data: object) -> AllNodes | list[str] | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                interrupt_before_type_0 = check_all_nodes(data)

                return interrupt_before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            interrupt_before_type_1 = cast(list[str], data)

            return interrupt_before_type_1

        interrupt_before = _parse_interrupt_before(d.pop("interrupt_before", UNSET))

        def _parse_interrupt_after(data: object) -> AllNodes | list[str] | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                interrupt_after_type_0 = check_all_nodes(data)

                return interrupt_after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            interrupt_after_type_1 = cast(list[str], data)

            return interrupt_after_type_1

        interrupt_after = _parse_interrupt_after(d.pop("interrupt_after", UNSET))

        _multitask_strategy = d.pop("multitask_strategy", UNSET)
        multitask_strategy: MultitaskStrategy | Unset
        if isinstance(_multitask_strategy, Unset):
            multitask_strategy = UNSET
        else:
            multitask_strategy = check_multitask_strategy(_multitask_strategy)

        _if_not_exists = d.pop("if_not_exists", UNSET)
        if_not_exists: IfNotExists | Unset
        if isinstance(_if_not_exists, Unset):
            if_not_exists = UNSET
        else:
            if_not_exists = check_if_not_exists(_if_not_exists)

        thread_run_create = cls(
            assistant_id=assistant_id,
            stream_mode=stream_mode,
            input_=input_,
            command=command,
            metadata=metadata,
            config=config,
            context=context,
            checkpoint_id=checkpoint_id,
            webhook=webhook,
            stream_subgraphs=stream_subgraphs,
            stream_resumable=stream_resumable,
            feedback_keys=feedback_keys,
            after_seconds=after_seconds,
            checkpoint_during=checkpoint_during,
            durability=durability,
            langsmith_tracer=langsmith_tracer,
            strict_resume=strict_resume,
            checkpoint=checkpoint,
            interrupt_before=interrupt_before,
            interrupt_after=interrupt_after,
            multitask_strategy=multitask_strategy,
            if_not_exists=if_not_exists,
        )

        thread_run_create.additional_properties = d
        return thread_run_create

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
