"""What the bodies of requests must be like. Fields that are not named here are taken as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

STREAM_MODES = (
    "values", "messages", "messages-tuple", "tasks", "checkpoints", "updates", "events", "debug", "custom",
    "tools",
)  # fmt: skip
MULTITASK_STRATEGIES = ("reject", "rollback", "interrupt", "enqueue")
IF_NOT_EXISTS = ("create", "reject")
ON_DISCONNECT = ("cancel", "continue")
ON_COMPLETION = ("delete", "keep")
DURABILITIES = ("sync", "async", "exit")
CANCEL_STATUSES = ("pending", "running", "all")
IF_EXISTS = ("raise", "do_nothing")

Check: TypeAlias = Callable[[Any], "str | None"]
"""Says what a value should have been, or None where it is right."""

Fields: TypeAlias = Mapping[str, Check]


def _one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"one of {', '.join(choices)}"


def _stream_modes(value: Any) -> str | None:
    modes = value if isinstance(value, list) else [value]
    right = all(isinstance(mode, str) and mode in STREAM_MODES for mode in modes)
    return None if right else f"one or a list of {', '.join(STREAM_MODES)}"


def _string(value: Any) -> str | None:
    return None if isinstance(value, str) else "a string"


def _number(value: Any) -> str | None:
    return None if isinstance(value, (int, float)) and not isinstance(value, bool) else "a number"


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "a boolean"


def _object(value: Any) -> str | None:
    return None if isinstance(value, dict) else "an object"


def _object_or_null(value: Any) -> str | None:
    return None if value is None else _object(value)


def _strings(value: Any) -> str | None:
    right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return None if right else "a list of strings"


def _nodes(value: Any) -> str | None:
    return None if value == "*" or _strings(value) is None else "'*' or a list of strings"


def _uuid(value: Any) -> str | None:
    return None if isinstance(value, str) and is_uuid(value) else "a UUID"


def _uuid_or_null(value: Any) -> str | None:
    return None if value is None else _uuid(value)


def _uuids(value: Any) -> str | None:
    return None if _strings(value) is None and all(map(is_uuid, value)) else "a list of UUIDs"


_RUN: Fields = {
    "assistant_id": _string,
    "stream_mode": _stream_modes,
    "command": _object_or_null,
    "metadata": _object,
    "config": _object,
    "context": _object,
    "checkpoint_id": _uuid_or_null,
    "webhook": _string,
    "stream_subgraphs": _boolean,
    "stream_resumable": _boolean,
    "feedback_keys": _strings,
    "after_seconds": _number,
    "checkpoint_during": _boolean,
    "durability": _one_of(*DURABILITIES),
}
_ATTACHED: Fields = {"on_disconnect": _one_of(*ON_DISCONNECT)}
THREAD_RUN: Fields = {
    **_RUN,
    "checkpoint": _object,
    "interrupt_before": _nodes,
    "interrupt_after": _nodes,
    "multitask_strategy": _one_of(*MULTITASK_STRATEGIES),
    "if_not_exists": _one_of(*IF_NOT_EXISTS),
}
STATELESS_RUN: Fields = {**_RUN, "on_completion": _one_of(*ON_COMPLETION)}
ATTACHED_THREAD_RUN: Fields = {**THREAD_RUN, **_ATTACHED}
ATTACHED_STATELESS_RUN: Fields = {**STATELESS_RUN, **_ATTACHED}
CANCEL: Fields = {"thread_id": _uuid, "run_ids": _uuids, "status": _one_of(*CANCEL_STATUSES)}
THREAD: Fields = {"thread_id": _uuid, "metadata": _object, "if_exists": _one_of(*IF_EXISTS)}


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in one of its usual forms."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def read_json(request: Request) -> Any:
    """The body of a request.

    Raises:
        HTTPException: 422, it is not JSON.
    """
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise invalid("The body is not valid JSON") from None


def check_run(payload: Any, fields: Fields) -> dict[str, Any]:
    """Check what a run is to be created with.

    Raises:
        HTTPException: 422, a field is missing or wrong; 400, two of them exclude each other.
    """
    checked = check_fields(payload, fields)
    if "assistant_id" not in checked:
        raise invalid("assistant_id is missing")
    if checked.get("context") and checked.get("config", {}).get("configurable"):
        raise HTTPException(400, "Send either context or config.configurable, not both")
    return checked


def check_fields(payload: Any, fields: Fields) -> dict[str, Any]:
    """Check an object's fields.

    Raises:
        HTTPException: 422, it is no object, or a field is wrong.
    """
    if not isinstance(payload, dict):
        raise invalid("The body must be an object")
    for name, check in fields.items():
        if name in payload and (expected := check(payload[name])):
            raise invalid(f"{name} must be {expected}")
    return payload


def check_cancellation(payload: Any) -> dict[str, Any]:
    """Check which runs are to be cancelled; raises as `check_fields`."""
    checked = check_fields(payload, CANCEL)
    by_status, by_ids = "status" in checked, "thread_id" in checked and "run_ids" in checked
    if by_status == by_ids:
        raise invalid("Send either status, or thread_id and run_ids")
    return checked


def invalid(detail: str) -> HTTPException:
    """The answer to a request that makes no sense."""
    return HTTPException(422, detail)
