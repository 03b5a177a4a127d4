"""The facade."""

from ._client import RunsClient
from ._completion import CompletedRuns
from ._handle import RunHandle
from ._stream import RunStream

__all__ = ["CompletedRuns", "RunHandle", "RunStream", "RunsClient"]
