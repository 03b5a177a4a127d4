"""A client for agent runs on LangGraph-compatible servers.

Example:
    ```python
    from runs_client import RunsClient

    async with RunsClient("http://localhost:2024") as runs:
        async for part in runs.stream(None, "agent", input={"question": "?"}):
            print(part.event, part.data)
    ```
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from runs_bindings.models import Run
    from runs_bindings.types import UNSET, Unset

    from ._actions import Gap, Reconnect
    from ._async import CompletedRuns, RunHandle, RunsClient, RunStream
    from ._collect import StreamResult
    from ._errors import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        DataDecodeError,
        EventDecodeError,
        InternalServerError,
        InvalidRequestError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        ResponseTooLargeError,
        RunFailedError,
        RunsClientError,
        StreamInterruptedError,
        UnexpectedResponseError,
        UnprocessableEntityError,
    )
    from ._interrupts import Interrupt, interrupts_of
    from ._parts import (
        CheckpointsPart,
        ControlPart,
        CustomPart,
        DebugPart,
        EndPart,
        ErrorPart,
        EventsPart,
        FeedbackPart,
        MessagesPart,
        MessagesTuplePart,
        MetadataPart,
        Part,
        TasksPart,
        ToolsPart,
        UnknownPart,
        UpdatesPart,
        ValuesPart,
    )
    from ._retry import RetryPolicy
    from ._sync import SyncCompletedRuns, SyncRunHandle, SyncRunsClient, SyncRunStream
    from ._transports import AsyncTransport, Request, Response, ResponseHead, SyncTransport
    from ._transports._aiohttp import AiohttpTransport
    from ._transports._httpx import HttpxTransport
    from ._transports._httpx_sync import SyncHttpxTransport

# Each name is imported when it is first used: importing the package costs next to nothing, and no HTTP library
# is loaded that is not needed.
_MODULES = {
    "_actions": ["Gap", "Reconnect"],
    "_async": ["CompletedRuns", "RunHandle", "RunStream", "RunsClient"],
    "_collect": ["StreamResult"],
    "_errors": [
        "APIConnectionError",
        "APIStatusError",
        "APITimeoutError",
        "AuthenticationError",
        "BadRequestError",
        "ConflictError",
        "DataDecodeError",
        "EventDecodeError",
        "InternalServerError",
        "InvalidRequestError",
        "NotFoundError",
        "PermissionDeniedError",
        "RateLimitError",
        "ResponseTooLargeError",
        "RunFailedError",
        "RunsClientError",
        "StreamInterruptedError",
        "UnexpectedResponseError",
        "UnprocessableEntityError",
    ],
    "_interrupts": ["Interrupt", "interrupts_of"],
    "_parts": [
        "CheckpointsPart",
        "ControlPart",
        "CustomPart",
        "DebugPart",
        "EndPart",
        "ErrorPart",
        "EventsPart",
        "FeedbackPart",
        "MessagesPart",
        "MessagesTuplePart",
        "MetadataPart",
        "Part",
        "TasksPart",
        "ToolsPart",
        "UnknownPart",
        "UpdatesPart",
        "ValuesPart",
    ],
    "_retry": ["RetryPolicy"],
    "_sync": ["SyncCompletedRuns", "SyncRunHandle", "SyncRunStream", "SyncRunsClient"],
    "_transports": ["AsyncTransport", "Request", "Response", "ResponseHead", "SyncTransport"],
    "_transports._aiohttp": ["AiohttpTransport"],
    "_transports._httpx": ["HttpxTransport"],
    "_transports._httpx_sync": ["SyncHttpxTransport"],
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}
_HOMES |= {"Run": "runs_bindings.models", "UNSET": "runs_bindings.types", "Unset": "runs_bindings.types"}

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AiohttpTransport",
    "AsyncTransport",
    "AuthenticationError",
    "BadRequestError",
    "CheckpointsPart",
    "CompletedRuns",
    "ConflictError",
    "ControlPart",
    "CustomPart",
    "DataDecodeError",
    "DebugPart",
    "EndPart",
    "ErrorPart",
    "EventDecodeError",
    "EventsPart",
    "FeedbackPart",
    "Gap",
    "HttpxTransport",
    "InternalServerError",
    "Interrupt",
    "InvalidRequestError",
    "MessagesPart",
    "MessagesTuplePart",
    "MetadataPart",
    "NotFoundError",
    "Part",
    "PermissionDeniedError",
    "RateLimitError",
    "Reconnect",
    "Request",
    "Response",
    "ResponseHead",
    "ResponseTooLargeError",
    "RetryPolicy",
    "Run",
    "RunFailedError",
    "RunHandle",
    "RunStream",
    "RunsClient",
    "RunsClientError",
    "StreamInterruptedError",
    "StreamResult",
    "SyncCompletedRuns",
    "SyncHttpxTransport",
    "SyncRunHandle",
    "SyncRunStream",
    "SyncRunsClient",
    "SyncTransport",
    "TasksPart",
    "ToolsPart",
    "UnexpectedResponseError",
    "UnknownPart",
    "UnprocessableEntityError",
    "Unset",
    "UpdatesPart",
    "ValuesPart",
    "__version__",
    "interrupts_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        advice = f"{name} needs aiohttp: pip install 'runs-client[aiohttp]'"
        raise ModuleNotFoundError(advice, name=error.name) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
