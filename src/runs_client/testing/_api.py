"""What the server does for each operation of the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ._engine import RUN_NOT_FOUND, Engine, ThreadBusyError
from ._event_log import encode_event
from ._payloads import (
    ATTACHED_STATELESS_RUN,
    ATTACHED_THREAD_RUN,
    STATELESS_RUN,
    THREAD,
    THREAD_RUN,
    Fields,
    check_cancellation,
    check_fields,
    check_run,
    invalid,
    is_uuid,
    read_json,
)
from ._queries import cancel_action, check_id, flag, selected_fields, stream_modes, whole_number
from ._responses import Connections, EventStream, OrjsonResponse, Outcome, outcome_of
from ._store import Run, Thread

_NONE_TO_CANCEL = "No runs found to cancel."
_ALL_OVER = "No matching runs to cancel: they are over already."


class Api:
    """The operations, named as in the contract.

    Args:
        engine: What runs the agents.
        heartbeat: Seconds between the comments in an event stream, or None.
        keep_alive: Seconds between the empty lines before a result, or None.
    """

    def __init__(self, engine: Engine, *, heartbeat: float | None, keep_alive: float | None) -> None:
        self.engine = engine
        self.connections = Connections()
        self._heartbeat = heartbeat
        self._keep_alive = keep_alive

    async def ok(self, request: Request) -> Response:
        return OrjsonResponse({"ok": True})

    # Threads.

    async def create_thread(self, request: Request) -> Response:
        payload = check_fields(await read_json(request), THREAD)
        existing = self.engine.threads.get(payload.get("thread_id", ""))
        if existing and payload.get("if_exists", "raise") == "raise":
            raise HTTPException(409, f"Thread with ID {existing.thread_id} already exists")
        thread = existing or self.engine.create_thread(payload.get("thread_id"), payload.get("metadata"))
        return OrjsonResponse(thread.to_json())

    async def get_thread(self, request: Request) -> Response:
        return OrjsonResponse(self._thread(request).to_json())

    async def get_thread_state(self, request: Request) -> Response:
        return OrjsonResponse(self._thread(request).state_to_json())

    # Creating runs.

    async def create_run(self, request: Request) -> Response:
        run, _ = await self._create_on_thread(request, THREAD_RUN)
        return OrjsonResponse(run.to_json(), headers={"Content-Location": run.path})

    async def stream_run(self, request: Request) -> Response:
        run, cancels = await self._create_on_thread(request, ATTACHED_THREAD_RUN)
        return self._stream(run, run.path, cancels=cancels)

    async def wait_run(self, request: Request) -> Response:
        run, cancels = await self._create_on_thread(request, ATTACHED_THREAD_RUN)
        return self._wait(run, cancels=cancels)

    async def create_stateless_run(self, request: Request) -> Response:
        run, _ = await self._create_stateless(request, STATELESS_RUN)
        return OrjsonResponse(run.to_json(), headers={"Content-Location": run.stateless_path})

    async def stream_stateless_run(self, request: Request) -> Response:
        run, cancels = await self._create_stateless(request, ATTACHED_STATELESS_RUN)
        return self._stream(run, run.stateless_path, cancels=cancels)

    async def wait_stateless_run(self, request: Request) -> Response:
        run, cancels = await self._create_stateless(request, ATTACHED_STATELESS_RUN)
        return self._wait(run, cancels=cancels)

    async def create_run_batch(self, request: Request) -> Response:
        payloads = await read_json(request)
        if not isinstance(payloads, list) or not payloads:
            raise invalid("The body must be a list of one run or more")
        checked = [self._check_stateless(payload, STATELESS_RUN) for payload in payloads]
        return OrjsonResponse([self._start_stateless(payload).to_json() for payload in checked])

    # Looking at runs.

    async def list_runs(self, request: Request) -> Response:
        thread, fields = self._thread(request), selected_fields(request)
        limit, offset = whole_number(request, "limit", 10), whole_number(request, "offset", 0)
        status = request.query_params.get("status")
        runs = sorted(thread.runs.values(), key=lambda run: run.created_at, reverse=True)
        page = [run for run in runs if status in (None, run.status)][offset:][:limit]
        return OrjsonResponse([{name: run.to_json()[name] for name in fields} for run in page])

    async def get_run(self, request: Request) -> Response:
        return OrjsonResponse(self._existing_run(request, "Not Found").to_json())

    async def delete_run(self, request: Request) -> Response:
        self.engine.delete(self._existing_run(request, "Run not found"))
        return Response(status_code=204)

    # Following runs.

    async def join_run(self, request: Request) -> Response:
        thread_id, run_id = self._ids(request)
        run = self.engine.find_run(thread_id, run_id)
        if run is None:
            path = f"/threads/{thread_id}/runs/{run_id}"
            headers = {"Location": f"{path}/join", "Content-Location": path}
            return OrjsonResponse({"__error__": RUN_NOT_FOUND}, headers=headers)
        return self._wait(run, cancels=flag(request, "cancel_on_disconnect"))

    async def join_run_stream(self, request: Request) -> Response:
        thread_id, run_id = self._ids(request)
        run = self.engine.find_run(thread_id, run_id) or self.engine.find_gone_run(thread_id, run_id)
        if run is None:
            path = f"/threads/{thread_id}/runs/{run_id}"
            headers = {"Location": f"{path}/stream", "Content-Location": path}
            return EventStream(_no_such_run(), heartbeat=None, on_close=lambda: None, headers=headers)
        return self._join_stream(request, run, run.path)

    async def join_stateless_run_stream(self, request: Request) -> Response:
        run = self.engine.find_stateless_run(request.path_params["run_id"])
        if run is None:
            raise HTTPException(404)
        return self._join_stream(request, run, run.stateless_path)

    # Cancelling runs.

    async def cancel_run(self, request: Request) -> Response:
        run = self.engine.find_run(*self._ids(request))
        if run is None:
            raise HTTPException(404, _NONE_TO_CANCEL)
        if not self.engine.cancel(run, cancel_action(request)):
            raise HTTPException(404, _ALL_OVER)
        if not flag(request, "wait"):
            return Response(status_code=202)
        await run.ended.wait()
        headers = {"Location": f"{run.path}/join", "Content-Location": run.path}
        return OrjsonResponse({}, headers=headers)

    async def cancel_runs(self, request: Request) -> Response:
        payload = check_cancellation(await read_json(request))
        runs = self._runs_to_cancel(payload)
        if not runs:
            raise HTTPException(404, _NONE_TO_CANCEL)
        cancelled = [run for run in runs if self.engine.cancel(run, cancel_action(request))]
        if not cancelled:
            raise HTTPException(404, _ALL_OVER)
        return Response(status_code=204)

    def _runs_to_cancel(self, payload: dict[str, Any]) -> list[Run]:
        if "run_ids" in payload:
            found = [self.engine.find_run(payload["thread_id"], run_id) for run_id in payload["run_ids"]]
            return [run for run in found if run]
        unfinished = [run for thread in self.engine.threads.values() for run in thread.unfinished_runs[::-1]]
        return [run for run in unfinished if payload["status"] in ("all", run.status)]

    # Helpers.

    def _ids(self, request: Request) -> tuple[str, str]:
        thread_id, run_id = request.path_params["thread_id"], request.path_params["run_id"]
        check_id(thread_id, "thread")
        check_id(run_id, "run")
        return thread_id, run_id

    def _thread(self, request: Request) -> Thread:
        thread_id = request.path_params["thread_id"]
        check_id(thread_id, "thread")
        thread = self.engine.threads.get(thread_id)
        if thread is None:
            raise HTTPException(404, f"Thread with ID {thread_id} not found")
        return thread

    def _existing_run(self, request: Request, otherwise: str) -> Run:
        _, run_id = self._ids(request)
        run = self._thread(request).runs.get(run_id)
        if run is None:
            raise HTTPException(404, otherwise)
        return run

    def _check(self, payload: Any, fields: Fields) -> dict[str, Any]:
        checked = check_run(payload, fields)
        if self.engine.find_assistant(checked["assistant_id"]) is None:
            if is_uuid(checked["assistant_id"]):
                raise HTTPException(404, "Thread or assistant not found.")
            names = ", ".join(self.engine.assistants)
            raise invalid(f"There is no assistant {checked['assistant_id']!r}, only these: {names}")
        return checked

    def _check_stateless(self, payload: Any, fields: Fields) -> dict[str, Any]:
        checked = self._check(payload, fields)
        if (checked.get("command") or {}).get("resume"):
            raise HTTPException(400, "A stateless run has nothing to resume: create it on a thread")
        return checked

    async def _create_on_thread(self, request: Request, fields: Fields) -> tuple[Run, bool]:
        payload = self._check(await read_json(request), fields)
        thread_id = request.path_params["thread_id"]
        check_id(thread_id, "thread")
        thread = self.engine.threads.get(thread_id)
        if thread is None:
            if payload.get("if_not_exists") != "create":
                raise HTTPException(404, "Thread or assistant not found.")
            thread = self.engine.create_thread(thread_id)
        return self._start(thread, payload), payload.get("on_disconnect") == "cancel"

    async def _create_stateless(self, request: Request, fields: Fields) -> tuple[Run, bool]:
        payload = self._check_stateless(await read_json(request), fields)
        return self._start_stateless(payload), payload.get("on_disconnect") == "cancel"

    def _start_stateless(self, payload: dict[str, Any]) -> Run:
        return self._start(self.engine.create_thread(is_hidden=True), payload)

    def _start(self, thread: Thread, payload: dict[str, Any]) -> Run:
        assistant = self.engine.find_assistant(payload["assistant_id"])
        assert assistant is not None
        try:
            return self.engine.create_run(thread, assistant, payload)
        except ThreadBusyError:
            raise HTTPException(409, "The thread is busy, and the run was to be rejected then.") from None

    def _join_stream(self, request: Request, run: Run, path: str) -> Response:
        return self._stream(
            run,
            path,
            cancels=flag(request, "cancel_on_disconnect"),
            after=request.headers.get("Last-Event-ID"),
            modes=stream_modes(request),
        )

    def _stream(
        self, run: Run, path: str, *, cancels: bool, after: str | None = None, modes: tuple[str, ...] = ()
    ) -> Response:
        reader = run.log.reader(after=after, modes=modes)
        self.connections.add()

        def on_close() -> None:
            reader.close()
            self._detach(run, cancels=cancels)

        headers = {"Location": f"{path}/stream", "Content-Location": path}
        return EventStream(reader, heartbeat=self._heartbeat, on_close=on_close, headers=headers)

    def _wait(self, run: Run, *, cancels: bool) -> Response:
        self.connections.add()
        headers = {"Location": f"{run.path}/join", "Content-Location": run.path}
        body = outcome_of(run, self._keep_alive)
        return Outcome(body, on_close=lambda: self._detach(run, cancels=cancels), headers=headers)

    def _detach(self, run: Run, *, cancels: bool) -> None:
        if cancels:
            self.engine.cancel(run)
        self.connections.remove()


async def _no_such_run() -> AsyncIterator[bytes]:
    yield encode_event("error", RUN_NOT_FOUND)
