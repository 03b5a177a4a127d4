"""How `RunsClient` follows runs: the streams and the waits behind its methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runs_bindings.api import runs as operations

from .._dialects import FROM_THE_START
from .._errors import InvalidRequestError
from .._json import encode_json
from .._parts import CustomT, StateT, UpdateT
from .._requests import JSON, CreatingOperation, Id, Operation, creation_body, resumable
from .._responses import EVENT_STREAM
from .._resume import RESUME_MODES, Resumption
from ._base import BaseClient
from ._outcome import Outcome
from ._overloads import StreamOverloads
from ._source import StreamSource
from ._stream import OnReconnect, OnRunCreated, RunStream

if TYPE_CHECKING:
    from runs_bindings.models import StreamMode

    from .._idle import IdleTimeout
    from .._resume import ResumeMode
    from .._transports import Request


class FollowingClient(BaseClient[StateT, UpdateT, CustomT], StreamOverloads[StateT, UpdateT, CustomT]):
    """A client that can follow runs."""

    def _outcome(
        self,
        request: Request,
        headers: Mapping[str, str] | None,
        *,
        thread_id: Id | None,
        run_id: Id | None = None,
        on_run_created: OnRunCreated | None = None,
    ) -> Outcome:
        return Outcome(
            self._caller,
            self._requests,
            self._retry,
            request,
            headers,
            self._timeout,
            thread_id=None if thread_id is None else str(thread_id),
            run_id=None if run_id is None else str(run_id),
            on_run_created=on_run_created,
            on_reconnect=self._on_reconnect,
        )

    def _stream(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        resume: ResumeMode = "exact",
        idle_timeout: IdleTimeout = "auto",
        on_run_created: OnRunCreated | None = None,
        on_reconnect: OnReconnect | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Any,
    ) -> RunStream[Any]:
        # A stateless stream does not name its hidden thread, and on the official server it cannot be rejoined. So the
        # run is created first, which tells the thread, and joined from the start. That would miss events that are not
        # kept; where these are asked for, their metadata tell the thread.
        creates_only = thread_id is None and resume != "off" and not _has_live_events(payload.get("stream_mode"))
        operation: CreatingOperation = operations.stream_run
        if thread_id is None:
            operation = operations.create_stateless_run if creates_only else operations.stream_stateless_run
        join_keywords = {}
        if resume != "off":
            payload = resumable(payload)
        outlives = payload.get("on_disconnect") != "cancel"
        if creates_only:
            payload.pop("on_disconnect")
            if not outlives:
                join_keywords["cancel_on_disconnect"] = True
        request = self._requests.for_operation(
            operation,
            () if thread_id is None else (thread_id,),
            method="stream",
            body=creation_body("stream", assistant_id, payload, operation),
            accept=JSON if creates_only else EVENT_STREAM,
            headers=headers,
            timeout=timeout,
        )
        stream_mode = payload.get("stream_mode")
        resumption = self._resumption(
            resume,
            FROM_THE_START,
            thread_id,
            stream_mode=stream_mode,
            joins=creates_only and outlives,
            may_verify=outlives,
            is_kept=bool(payload.get("stream_resumable")),
            may_vanish=creates_only and payload.get("on_completion") != "keep",
        )
        source = StreamSource(
            self._caller, self._requests, resumption, request, creates_only, join_keywords, headers, self._timeout
        )
        return RunStream(
            source,
            self._decoding.part_from_event,
            idle_timeout=idle_timeout,
            on_run_created=on_run_created,
            on_reconnect=on_reconnect or self._on_reconnect,
        )

    def _join_stream(
        self,
        thread_id: Id | None,
        run_id: Id,
        *,
        last_event_id: str | None = None,
        stream_mode: StreamMode | Sequence[StreamMode] | None = None,
        resume: ResumeMode = "exact",
        idle_timeout: IdleTimeout = "auto",
        on_reconnect: OnReconnect | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Any,
    ) -> RunStream[Any]:
        operation: Operation = operations.join_stateless_run_stream if thread_id is None else operations.join_run_stream
        modes = None
        if stream_mode is not None:
            modes = [stream_mode] if isinstance(stream_mode, str) else [*stream_mode]
            parameters["stream_mode"] = encode_json(modes).decode()
        request = self._requests.for_operation(
            operation,
            (run_id,) if thread_id is None else (thread_id, run_id),
            method="join_stream",
            keywords={**parameters, "last_event_id": last_event_id},
            accept=EVENT_STREAM,
            headers=headers,
            timeout=timeout,
        )
        outlives = not parameters.get("cancel_on_disconnect")
        resumption = self._resumption(
            resume, last_event_id, thread_id, run_id, stream_mode=stream_mode, joins=outlives, may_verify=outlives
        )
        source = StreamSource(
            self._caller, self._requests, resumption, request, False, parameters, headers, self._timeout
        )
        return RunStream(
            source,
            self._decoding.part_from_event,
            idle_timeout=idle_timeout,
            on_run_created=None,
            on_reconnect=on_reconnect or self._on_reconnect,
            modes=modes,
        )

    def _resumption(
        self,
        mode: ResumeMode,
        start: str | None,
        thread_id: Id | None,
        run_id: Id | None = None,
        *,
        stream_mode: StreamMode | Sequence[StreamMode] | None,
        joins: bool,
        may_verify: bool,
        may_vanish: bool = False,
        is_kept: bool = True,
    ) -> Resumption:
        if mode not in RESUME_MODES:
            raise InvalidRequestError(f"unknown resume mode {mode!r}; known are {', '.join(RESUME_MODES)}")
        return Resumption(
            mode,
            start=start,
            policy=self._retry,
            joins=joins,
            may_verify=may_verify,
            may_vanish=may_vanish,
            is_kept=is_kept,
            expects_live_events=_has_live_events(stream_mode),
            thread_id=None if thread_id is None else str(thread_id),
            run_id=None if run_id is None else str(run_id),
        )


def _has_live_events(stream_mode: StreamMode | Sequence[StreamMode] | None) -> bool:
    """Whether some of the events are not kept by the official server."""
    return "messages" in ([stream_mode] if isinstance(stream_mode, str) else stream_mode or ())
