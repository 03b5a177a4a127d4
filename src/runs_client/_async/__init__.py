"""The facade."""

from ._client import RunsClient
from ._stream import RunStream

__all__ = ["RunStream", "RunsClient"]
