"""Events to parts: what a stream yields, one class for each kind of event. No I/O."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeAlias

from typing_extensions import TypeVar

from ._errors import EventDecodeError, excerpt
from ._json import decode_json
from ._sse import ServerSentEvent

StateT = TypeVar("StateT", default=Any)
UpdateT = TypeVar("UpdateT", default=Any)
CustomT = TypeVar("CustomT", default=Any)
PartT_co = TypeVar("PartT_co", default=Any, covariant=True)
PartT = TypeVar("PartT", bound="_Part")


class _Raw:
    __slots__ = ("_raw",)  # no field of the dataclass: where it is not needed, it costs nothing
    _raw: Any


@dataclass(slots=True)
class _Part(_Raw):
    """What all parts have.

    Attributes:
        data: The decoded JSON of the event, or what the client's types made of it.
        namespace: The subgraph it comes from, outermost first: `("child:uuid",)`. Empty for the root graph.
        id: The event's id, if the stream can be resumed.
    """

    data: Any
    namespace: tuple[str, ...] = ()
    id: str | None = None

    @property
    def raw(self) -> Any:
        """The decoded JSON of the event, whatever types the client has."""
        return getattr(self, "_raw", self.data)


@dataclass(slots=True)
class ValuesPart(_Part, Generic[StateT]):
    """The whole state after a step."""

    event: ClassVar[Literal["values"]] = "values"
    data: StateT


@dataclass(slots=True)
class UpdatesPart(_Part, Generic[UpdateT]):
    """What a step changed, by the name of its node.

    A node that changed nothing has None, one that ran several times a list; `__interrupt__` is no node.
    """

    event: ClassVar[Literal["updates"]] = "updates"
    data: dict[str, UpdateT]


@dataclass(slots=True)
class CustomPart(_Part, Generic[CustomT]):
    """What a node chose to send."""

    event: ClassVar[Literal["custom"]] = "custom"
    data: CustomT


MessagesEvent: TypeAlias = Literal["messages/metadata", "messages/partial", "messages/complete"]


@dataclass(slots=True)
class MessagesPart(_Part):
    """Stream mode `messages`: messages so far, grown with each part; or their metadata.

    Attributes:
        event: `messages/partial` and `messages/complete` hold a list of messages, `messages/metadata` an
            object of metadata by message id.
    """

    event: MessagesEvent = "messages/partial"


@dataclass(slots=True)
class MessagesTuplePart(_Part):
    """Stream mode `messages-tuple`: a list of one message chunk and its metadata."""

    event: ClassVar[Literal["messages"]] = "messages"


@dataclass(slots=True)
class DebugPart(_Part):
    """A checkpoint or a task, in the older combined form."""

    event: ClassVar[Literal["debug"]] = "debug"


@dataclass(slots=True)
class TasksPart(_Part):
    """A task began or ended."""

    event: ClassVar[Literal["tasks"]] = "tasks"


@dataclass(slots=True)
class CheckpointsPart(_Part):
    """A checkpoint was made."""

    event: ClassVar[Literal["checkpoints"]] = "checkpoints"


@dataclass(slots=True)
class EventsPart(_Part):
    """An event of a runnable inside the graph."""

    event: ClassVar[Literal["events"]] = "events"


@dataclass(slots=True)
class ToolsPart(_Part):
    """A tool call began, went on or ended."""

    event: ClassVar[Literal["tools"]] = "tools"


@dataclass(slots=True)
class MetadataPart(_Part):
    """The first part: `run_id` and the number of the attempt."""

    event: ClassVar[Literal["metadata"]] = "metadata"


@dataclass(slots=True)
class ErrorPart(_Part):
    """The run failed: `error` and `message`."""

    event: ClassVar[Literal["error"]] = "error"


@dataclass(slots=True)
class FeedbackPart(_Part):
    """URLs for feedback, by key."""

    event: ClassVar[Literal["feedback"]] = "feedback"


@dataclass(slots=True)
class EndPart(_Part):
    """The last part, on servers that send one: the run's `status`."""

    event: ClassVar[Literal["end"]] = "end"


@dataclass(slots=True)
class UnknownPart(_Part):
    """An event that this version does not know.

    Attributes:
        event: Always `unknown`: with any string here, no type checker could narrow by `event`.
        name: The event's name as the server sent it, without the namespace.
    """

    event: ClassVar[Literal["unknown"]] = "unknown"
    name: str = ""


ControlPart: TypeAlias = MetadataPart | ErrorPart | FeedbackPart | EndPart | UnknownPart
"""What any stream may yield, whatever its stream mode."""

PlainPart: TypeAlias = (
    MessagesPart | MessagesTuplePart | DebugPart | TasksPart | CheckpointsPart | EventsPart | ToolsPart | ControlPart
)
"""The parts whose data are the server's, not the graph's: no type of the user's is for them."""

Part: TypeAlias = ValuesPart[StateT] | UpdatesPart[UpdateT] | CustomPart[CustomT] | PlainPart
"""What a stream of several modes may yield."""

_CLASSES: dict[str, type[Any]] = {
    part.event: part
    for part in (
        ValuesPart,
        UpdatesPart,
        CustomPart,
        MessagesTuplePart,
        DebugPart,
        TasksPart,
        CheckpointsPart,
        EventsPart,
        ToolsPart,
        MetadataPart,
        ErrorPart,
        FeedbackPart,
        EndPart,
    )
}
_MESSAGES_EVENTS = frozenset({"messages/metadata", "messages/partial", "messages/complete"})
_MODES = {
    **{name: name for name in ("values", "updates", "custom", "debug", "tasks", "checkpoints", "events", "tools")},
    **dict.fromkeys(_MESSAGES_EVENTS, "messages"),
    "messages": "messages-tuple",
}


def is_of_mode(event: ServerSentEvent, modes: Container[str]) -> bool:
    """Whether an event belongs to one of the stream modes, or to a stream of any mode."""
    mode = _MODES.get(event.event.partition("|")[0])
    return mode is None or mode in modes


def with_data(part: PartT, data: Any) -> PartT:
    """Put what a type made of the data in their place; `raw` keeps them."""
    part._raw, part.data = part.data, data
    return part


def is_reserved(name: str) -> bool:
    """Whether a key of a state or of an update is the server's own, for instance `__interrupt__`."""
    return name.startswith("__") and name.endswith("__")


def part_from_event(event: ServerSentEvent) -> Part:
    """Decode an event into the part that it stands for.

    Raises:
        EventDecodeError: Its data is not JSON.

    Example:
        >>> part_from_event(ServerSentEvent("updates|child:1", b'{"node": {}}', None))
        UpdatesPart(data={'node': {}}, namespace=('child:1',), id=None)
    """
    try:
        data = decode_json(event.data) if event.data else None
    except ValueError as error:
        raise EventDecodeError(
            f"the data of event {event.event!r} (id {event.id}) is not JSON: {error}: {excerpt(event.data)}",
            event=event.event,
            event_id=event.id,
            excerpt=excerpt(event.data),
        ) from error
    part: Part
    if part_class := _CLASSES.get(event.event):  # almost always: a known event of the root graph
        part = part_class(data, (), event.id)
        return part
    name, *outermost_first = event.event.split("|")
    namespace = tuple(outermost_first)
    if part_class := _CLASSES.get(name):
        part = part_class(data, namespace, event.id)
    elif name in _MESSAGES_EVENTS:
        part = MessagesPart(data, namespace, event.id, name)  # type: ignore[arg-type]
    else:
        part = UnknownPart(data, namespace, event.id, name)
    return part
