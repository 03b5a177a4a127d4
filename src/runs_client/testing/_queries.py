"""What the paths and queries of requests must be like."""

from __future__ import annotations

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ._payloads import invalid, is_uuid
from ._store import CancelAction

RUN_FIELDS = (
    "run_id", "thread_id", "assistant_id", "metadata", "status", "kwargs", "multitask_strategy", "created_at",
    "updated_at", "langsmith_session_name",
)  # fmt: skip

_TRUE = ("true", "1", "yes")


def check_id(id: str, what: str) -> None:
    """Check an id in a path.

    Raises:
        HTTPException: 422, it is no UUID.
    """
    if not is_uuid(id):
        raise invalid(f"Invalid {what} ID: must be a UUID")


def flag(request: Request, name: str) -> bool:
    """Whether something was asked for."""
    return request.query_params.get(name, "").lower() in _TRUE


def whole_number(request: Request, name: str, default: int) -> int:
    """A number that is not negative; smaller ones count as 0.

    Raises:
        HTTPException: 400, it is no number.
    """
    try:
        return max(int(request.query_params.get(name, default)), 0)
    except ValueError:
        raise HTTPException(400, f"{name} must be a whole number") from None


def selected_fields(request: Request) -> tuple[str, ...]:
    """Which fields of a run to send.

    Raises:
        HTTPException: 422, there is no such field.
    """
    selected = request.query_params.getlist("select")
    if unknown := [name for name in selected if name not in RUN_FIELDS]:
        raise invalid(f"Runs have no fields {unknown}, only these: {', '.join(RUN_FIELDS)}")
    return tuple(selected) or RUN_FIELDS


def cancel_action(request: Request) -> CancelAction:
    """What is to become of the work done so far. Unknown words are taken for `interrupt`, as elsewhere."""
    return "rollback" if request.query_params.get("action") == "rollback" else "interrupt"


def stream_modes(request: Request) -> tuple[str, ...]:
    """The modes to keep to, all where it is empty: the name of one, or a JSON array of names."""
    given = request.query_params.get("stream_mode", "")
    if not given.startswith("["):
        return (given,) if given else ()
    try:
        return tuple(orjson.loads(given))
    except orjson.JSONDecodeError:
        return (given,)
