"""An agent that does nothing but send what was recorded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._payloads import STREAM_MODES
from ._recording import RecordedEvent
from ._trace import Sink


@dataclass(frozen=True)
class Replay:
    """A recording, offered as an agent.

    Attributes:
        events: What was recorded.
        speed: How many times as fast as it was recorded; None is as fast as it can be.
    """

    events: Sequence[RecordedEvent]
    speed: float | None

    async def play(self, sink: Sink, state: dict[str, Any]) -> None:
        """Send the events that the run was asked for, and leave the state behind that they tell of.

        Raises:
            Exception: What was recorded ended with an error, which is this one.
        """
        began = time.monotonic()
        for event in self.events:
            await self._wait_for(event, began)
            kind, _, namespace = event.name.partition("|")
            if event.name == "values" and isinstance(event.data, dict):
                state.clear()
                state.update(event.data)
            if kind == "error":
                raise _error_from(event.data)
            if mode := _mode_of(kind):
                sink.send(mode, event.data, namespace, name=kind)
            elif kind != "metadata":  # each run has its own
                sink.send_always(event.name, event.data)

    async def _wait_for(self, event: RecordedEvent, began: float) -> None:
        due = began if self.speed is None else began + event.at / self.speed
        await asyncio.sleep(max(0, due - time.monotonic()))


def _mode_of(kind: str) -> str | None:
    if kind == "messages":
        return "messages-tuple"
    mode = kind.partition("/")[0]
    return mode if mode in STREAM_MODES else None


def _error_from(data: Any) -> Exception:
    """An error that is told as this one was."""
    told = data if isinstance(data, dict) else {"message": data}
    error_class: type[Exception] = type(str(told.get("error", "Error")), (Exception,), {})
    return error_class(told.get("message", ""))
