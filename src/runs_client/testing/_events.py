"""What an agent is, what it may yield, and what it is told about its run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar


@dataclass(frozen=True)
class Custom:
    """Data of the agent's own making: a `custom` event."""

    data: Any


@dataclass(frozen=True)
class Update:
    """A node has finished and changes the state.

    Sends an `updates` event `{node: values}` and, where something changed, a `values` event.

    Args:
        node: The node's name.
        values: What changes in the state, by key.
    """

    node: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Values:
    """The whole new state: it replaces the old one and is sent as a `values` event."""

    state: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """A piece of what a chat model says.

    In the mode `messages` the pieces are sent joined so far, in `messages-tuple` one by one.

    Args:
        content: The text of this piece.
        id: The message that it belongs to. Without it, pieces belong together until one is `last`.
        last: Whether the message ends with this piece.
    """

    content: str
    id: str | None = None
    last: bool = False


@dataclass(frozen=True)
class Interrupt:
    """A question to a human: the run ends here, and `command={"resume": answer}` goes on.

    Example:
        ```python
        answer = yield Interrupt("Send the mail?")
        ```
    """

    value: Any


@dataclass(frozen=True)
class Subgraph:
    """Another agent at work as one node of this one; the yield returns the state it ended with.

    Its events carry the namespace `node:<uuid>` and are sent with `stream_subgraphs` only. It cannot
    interrupt.

    Args:
        node: The node's name.
        agent: The agent that does the work.
        input: Its input.
    """

    node: str
    agent: Agent
    input: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """Any other event, sent whatever the stream modes are."""

    name: str
    data: Any


@dataclass
class Context:
    """What an agent may know of the run that it works for.

    Attributes:
        run_id: The run; after an `Interrupt`, the one that brought the answer.
        thread_id: The run's thread.
        assistant_id: The assistant that is run.
        state: The thread's state with the input merged in, as it was when the agent began.
        config: The `config` of the request.
        context: The `context` of the request.
        metadata: The run's metadata.
    """

    run_id: str
    thread_id: str
    assistant_id: str
    state: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


Step: TypeAlias = Custom | Update | Values | Message | Interrupt | Subgraph | Event
"""What an agent may yield."""

Agent: TypeAlias = Callable[[Any, Context], AsyncIterator[Step]]
"""An async generator function that takes the run's input and its `Context`."""

AgentT = TypeVar("AgentT", bound=Callable[..., AsyncIterator[Any]])
Reducer: TypeAlias = Callable[[Any, Any], Any]


def channels(**reducers: Reducer | None) -> Callable[[AgentT], AgentT]:
    """Declare the keys of an agent's state: it then has no others, whatever the input brings.

    Args:
        reducers: For each key, how an update changes it: a function of the old value (None at first)
            and the new one. None itself means that the new value replaces the old one.

    Example:
        ```python
        @channels(messages=add_messages, topic=None)
        async def assistant(input, context):
            yield Update("assistant", {"messages": [{"role": "ai", "content": "Hello"}]})
        ```
    """

    def declare(agent: AgentT) -> AgentT:
        vars(agent)["channels"] = reducers
        return agent

    return declare


def channels_of(agent: Agent) -> Mapping[str, Reducer | None] | None:
    """The declared keys of an agent's state, or None where any key will do."""
    declared: Mapping[str, Reducer | None] | None = getattr(agent, "channels", None)
    return declared
