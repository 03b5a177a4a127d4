"""JSON to the types that a client was given for states, updates and custom data. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from ._errors import DataDecodeError, excerpt
from ._parts import (
    CustomPart,
    CustomT,
    StateT,
    UpdatesPart,
    UpdateT,
    ValuesPart,
    is_reserved,
    part_from_event,
    with_data,
)
from ._responses import run_failure
from ._sse import ServerSentEvent

_FIELDS_IN_MESSAGE = 3


class Decoding(Generic[StateT, UpdateT, CustomT]):
    """The types of a client, at work on plain data.

    The parts of subgraphs stay plain: their states have types of their own. A state or an update is decoded without
    the server's own keys, such as `__interrupt__`.

    Args:
        state_type: The type of states, or a function that makes it.
        update_type: The type of what one node changes, or a function that makes it.
        custom_type: The type of custom data, or a function that makes it.

    Attributes:
        part_from_event: Makes the parts of a stream.

    Raises:
        InvalidRequestError: A type cannot be made, or not without a library that is not installed.
    """

    def __init__(
        self,
        state_type: type[StateT] | Callable[[Any], StateT] | None,
        update_type: type[UpdateT] | Callable[[Any], UpdateT] | None,
        custom_type: type[CustomT] | Callable[[Any], CustomT] | None,
    ) -> None:
        self._state = None if state_type is None else _Type("state_type", state_type)
        self._decoders: dict[str, Callable[[Any], Any]] = {}
        if self._state is not None:
            self._decoders[ValuesPart.event] = self._state.state
        if update_type is not None:
            self._decoders[UpdatesPart.event] = _Type("update_type", update_type).updates
        if custom_type is not None:
            self._decoders[CustomPart.event] = _Type("custom_type", custom_type).value
        # Chosen here, so that a stream without types does not ask for them at each event.
        self.part_from_event: Callable[[ServerSentEvent], Any] = self._typed_part if self._decoders else part_from_event

    def final_state(self, state: Any, run_id: str | None) -> StateT:
        """Decode the state in which a run ended. What it failed with, if it did, is no state and stays plain.

        Raises:
            DataDecodeError: It does not fit the type.
        """
        try:
            if self._state is not None and run_failure(state) is None:
                state = self._state.state(state)
            final: StateT = state
            return final
        except _Misfit as misfit:
            raise misfit.error(f"the final state of run {run_id}", state) from misfit.__cause__

    def _typed_part(self, event: ServerSentEvent) -> Any:
        part = part_from_event(event)
        decode = None if part.namespace else self._decoders.get(part.event)
        if decode is None:
            return part
        try:
            return with_data(part, decode(part.data))
        except _Misfit as misfit:
            what = f"the data of event {event.event!r} (id {event.id})"
            raise misfit.error(what, part.data, event.event, event.id) from misfit.__cause__


class _Type:
    """A type, and what makes it."""

    def __init__(self, argument: str, kind: Any) -> None:
        from ._type_libraries import fields_in, maker_of, name_of  # most clients have no types

        self._name = name_of(kind)
        self._make = maker_of(argument, kind)
        self._fields_in = fields_in

    def value(self, data: Any, path: str = "") -> Any:
        try:
            return self._make(data)
        except Exception as error:  # the library's, or the function's
            raise _Misfit(
                self._name, {_joined(path, field): text for field, text in self._fields_in(error).items()}
            ) from error

    def state(self, data: Any) -> Any:
        if isinstance(data, dict):
            data = {key: value for key, value in data.items() if not is_reserved(key)}
        return self.value(data)

    def updates(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return self.value(data)
        return {node: update if is_reserved(node) else self._update(update, node) for node, update in data.items()}

    def _update(self, update: Any, node: str) -> Any:
        if update is None:  # the node changed nothing
            return None
        if isinstance(update, list):  # it ran several times
            return [self.value(item, f"{node}[{index}]") for index, item in enumerate(update)]
        return self.value(update, node)


def _joined(path: str, field: str) -> str:
    return f"{path}.{field}" if path and field and not field.startswith("[") else path + field


class _Misfit(Exception):
    """Data do not fit a type. Where they come from is known further up."""

    def __init__(self, name: str, fields: dict[str, str]) -> None:
        super().__init__(name)
        self.name = name
        self.fields = fields

    def error(self, what: str, data: Any, event: str | None = None, event_id: str | None = None) -> DataDecodeError:
        shown = [f"{path}: {text}" if path else text for path, text in self.fields.items()]
        text = " ".join("; ".join(shown[:_FIELDS_IN_MESSAGE]).split())
        more = len(shown) - _FIELDS_IN_MESSAGE
        return DataDecodeError(
            f"{what} cannot be decoded as {self.name}: {excerpt(text.encode())}"
            + (f" (and {more} more)" if more > 0 else ""),
            event=event,
            event_id=event_id,
            fields=self.fields,
            data=data,
        )
