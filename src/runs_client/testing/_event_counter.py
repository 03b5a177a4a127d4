"""Finds where the events of a stream end. No I/O, and nothing is decoded."""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\r|\n")


class EventCounter:
    """Counts the events of a stream as it comes. Only comments between two blank lines, as in a heartbeat, are none."""

    def __init__(self) -> None:
        self.count = 0
        self._line = b""  # the first byte of the line that has begun
        self._has_fields = False
        self._ended_with_cr = False

    def feed(self, data: bytes, *, limit: int) -> int:
        """Take the next bytes, and tell how many of them come before the end of event number `limit`."""
        start = 1 if self._ended_with_cr and data.startswith(b"\n") else 0
        self._ended_with_cr = data.endswith(b"\r")
        for end in _LINE_END.finditer(data, start):
            line = self._line or data[start : end.start()]
            if not line and self._has_fields:
                self.count += 1
                if self.count == limit:
                    return end.end()
            self._has_fields = bool(line) and (self._has_fields or not line.startswith(b":"))
            self._line, start = b"", end.end()
        self._line = self._line or data[start : start + 1]
        return len(data)
