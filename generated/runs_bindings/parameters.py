"""The query and header parameters of each operation, as keywords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from .models.cancel_action import CancelAction
    from .models.run_field import RunField
    from .models.run_status import RunStatus


class CancelRunParameters(TypedDict, total=False):
    """Cancel a run."""

    wait: bool | None
    action: CancelAction | None


class CancelRunsParameters(TypedDict, total=False):
    """Cancel several runs."""

    action: CancelAction | None


class JoinRunParameters(TypedDict, total=False):
    """Wait for a run's result."""

    cancel_on_disconnect: bool | None


class JoinRunStreamOptions(TypedDict, total=False):
    """Stream the events of a run that exists: all but `stream_mode` and `last_event_id`."""

    stream_subgraphs: bool | None
    cancel_on_disconnect: bool | None


class JoinRunStreamParameters(JoinRunStreamOptions, total=False):
    """Stream the events of a run that exists."""

    stream_mode: str | None
    last_event_id: str | None


class JoinStatelessRunStreamOptions(TypedDict, total=False):
    """Stream the events of a stateless run that exists: all but `stream_mode` and `last_event_id`."""

    stream_subgraphs: bool | None
    cancel_on_disconnect: bool | None


class JoinStatelessRunStreamParameters(JoinStatelessRunStreamOptions, total=False):
    """Stream the events of a stateless run that exists."""

    stream_mode: str | None
    last_event_id: str | None


class ListRunsParameters(TypedDict, total=False):
    """List the runs of a thread."""

    limit: int | None
    offset: int | None
    status: RunStatus | None
    select: Sequence[RunField] | None
