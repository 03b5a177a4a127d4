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


def _whole_number(value: Any) -> str | None:
    return None if _number(value) is None and value % 1 == 0 else "a whole number"


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "a boolean"


def _object(value: Any) -> str | None:
    return None if isinstance(value, dict) else "an object"


def _object_with(fields: Fields) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return "an object"
        problems = ((name, fields[name](value[name])) for name in fields if name in value)
        return next((f"an object whose {name} is {expected}" for name, expected in problems if expected), None)

    return check


def _or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _strings(value: Any) -> str | None:
    right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return None if right else "a list of strings"


def _nodes(value: Any) -> str | None:
    return None if value == "*" or _strings(value) is None else "'*' or a list of strings"


def _uuid(value: Any) -> str | None:
    return None if isinstance(value, str) and is_uuid(value) else "a UUID"


def _uuids(value: Any) -> str | None:
    return None if _strings(value) is None and all(map(is_uuid, value)) else "a list of UUIDs"


def _update(value: Any) -> str | None:
    return None if isinstance(value, (dict, list)) else "an object or a list"


def _goto(value: Any) -> str | None:
    if _string(value) is None or _strings(value) is None:
        return None
    sends = value if isinstance(value, list) else [value]
    return None if all(map(_is_send, sends)) else "a node or a Send, or a list of nodes or of Sends"


def _is_send(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("node"), str) and "input" in value


_COMMAND: Fields = {"update": _or_null(_update), "goto": _or_null(_goto)}
_CONFIG: Fields = {"tags": _strings, "recursion_limit": _whole_number, "configurable": _object}
_CHECKPOINT: Fields = {
    "thread_id": _string,
    "checkpoint_ns": _string,
    "checkpoint_id": _string,
    "checkpoint_map": _object,
}
_RUN: Fields = {
    "assistant_id": _string,
    "stream_mode": _stream_modes,
    "command": _or_null(_object_with(_COMMAND)),
    "metadata": _object,
    "config": _object_with(_CONFIG),
    "context": _object,
    "checkpoint_id": _or_null(_uuid),
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
    "checkpoint": _object_with(_CHECKPOINT),
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
    if checked.keys() & CANCEL.keys() not in ({"status"}, {"thread_id", "run_ids"}):
        raise invalid("Send either status, or thread_id and run_ids")
    return checked


def invalid(detail: str) -> HTTPException:
    """The answer to a request that makes no sense."""
    return HTTPException(422, detail)
