"""Notices that a connection has fallen silent: its other end is gone, and no packet says so. No I/O, no clock."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ._errors import InvalidRequestError

IdleTimeout: TypeAlias = float | Literal["auto"] | None

_MISSED_HEARTBEATS = 3
_UNKNOWN_CADENCE_TIMEOUT = 60.0
"""Seconds of silence that are too many for a server that sends heartbeats, when their cadence could not be measured."""
_LEAST_TIMEOUT = 5.0
"""Seconds that are never too many: comments may also come close together without being heartbeats."""
_PAUSE = 0.05
"""Seconds that tell waiting from not waiting."""


class IdleWatch:
    """Says how long a silence may be.

    With `"auto"`, it is unlimited until two heartbeats (comments) were seen. Then a minute is too long, and once their
    cadence is known from two intervals, the time of three of them. It is measured only while the caller keeps up:
    after a pause of the caller, heartbeats that have piled up arrive all at once.

    Args:
        setting: Seconds, `"auto"`, or None for no limit.

    Raises:
        InvalidRequestError: The setting is none of these.
    """

    __slots__ = (
        "_cadence",
        "_chunk_at",
        "_heartbeat_at",
        "_heartbeats",
        "_intervals",
        "_is_behind",
        "_setting",
    )

    def __init__(self, setting: IdleTimeout) -> None:
        if setting != "auto" and setting is not None and (isinstance(setting, str) or not setting > 0):
            raise InvalidRequestError(f'idle_timeout must be seconds above 0, "auto" or None, not {setting!r}')
        self._setting = setting
        self._heartbeats = 0
        self._heartbeat_at: float | None = None
        self._cadence = 0.0
        self._intervals = 0
        self._chunk_at: float | None = None
        self._is_behind = False

    @property
    def timeout(self) -> float | None:
        """Seconds without a byte that are too many, or None."""
        if not isinstance(self._setting, str):
            return self._setting
        if self._heartbeats < 2:
            return None
        if self._intervals < 2:
            return _UNKNOWN_CADENCE_TIMEOUT
        return max(_MISSED_HEARTBEATS * self._cadence, _LEAST_TIMEOUT)

    def opened(self) -> None:
        """A new connection: what was measured stays, but nothing spans the two."""
        self._heartbeat_at = self._chunk_at = None
        self._is_behind = False

    def received(self, heartbeats: int, *, asked_at: float, now: float) -> None:
        """A chunk arrived.

        Args:
            heartbeats: How many of them it held.
            asked_at: When the caller asked for it, in seconds of any clock that only goes forward.
            now: The time by the same clock.
        """
        if self._chunk_at is not None and asked_at - self._chunk_at > _PAUSE:
            self._is_behind = True
        if now - asked_at > _PAUSE:
            self._is_behind = False
        self._chunk_at = now
        if not heartbeats:
            return
        self._heartbeats += heartbeats
        if self._heartbeat_at is not None and not self._is_behind and now - self._heartbeat_at > _PAUSE:
            self._cadence = max(self._cadence, now - self._heartbeat_at)
            self._intervals += 1
        self._heartbeat_at = None if self._is_behind else now
