"""The keywords of `create`, `wait` and `stream`, put together from the parts of the contract's bodies.

For type checkers only: nothing imports this module when a program runs.
"""

from __future__ import annotations

from runs_bindings.payloads import (
    AttachedOptionsPayload,
    StatelessRunOptionsPayload,
    StreamModeOptionPayload,
    ThreadRunOptionsPayload,
)


class ThreadCreateOptions(ThreadRunOptionsPayload, StreamModeOptionPayload, total=False):
    """Keywords of `create` on a thread."""


class StatelessCreateOptions(StatelessRunOptionsPayload, StreamModeOptionPayload, total=False):
    """Keywords of `create` without a thread."""


class ThreadWaitOptions(ThreadCreateOptions, AttachedOptionsPayload, total=False):
    """Keywords of `wait` on a thread."""


class StatelessWaitOptions(StatelessCreateOptions, AttachedOptionsPayload, total=False):
    """Keywords of `wait` without a thread."""


class ThreadStreamOptions(ThreadRunOptionsPayload, AttachedOptionsPayload, total=False):
    """Keywords of `stream` on a thread; `stream_mode` decides the type of the stream and stands apart."""


class StatelessStreamOptions(StatelessRunOptionsPayload, AttachedOptionsPayload, total=False):
    """Keywords of `stream` without a thread."""
