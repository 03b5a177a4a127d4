"""Bodies of responses: decompressed in small pieces, and limited where they are read whole. No I/O."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from io import BytesIO

from ._failures import too_large, unknown_encoding
from ._interfaces import Request

ACCEPT_ENCODING = "gzip, deflate"
"""What a `Decompressor` can undo."""

MAX_BODY_SIZE = 256 * 1024 * 1024
"""Bytes, decompressed, beyond which an answer that is read whole is given up."""

_MAX_REFUSAL_SIZE = 1024 * 1024  # of one that is a refusal, the rest is not read
_PIECE_SIZE = 64 * 1024

_GZIP = zlib.MAX_WBITS + 16
_RAW = -zlib.MAX_WBITS
_WINDOW_BITS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}


class CompressionError(Exception):
    """A body is not compressed as its headers say."""


class Decompressor:
    """Undoes one content coding.

    HTTP libraries decompress a chunk at once: 64 KB become 64 MB, and far more where a body is compressed twice.

    Args:
        encoding: The coding, one of `ACCEPT_ENCODING`.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._stream: zlib._Decompress | None = None
        self._input = b""
        self._was_full = False

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk. The pieces of the one before must have been taken."""
        self._input = chunk

    def piece(self) -> bytes:
        """The next piece of what the chunk stands for; nothing after the last one.

        Raises:
            CompressionError: It stands for nothing.
        """
        while self._input or self._was_full:  # after a full piece, there may be more without any input
            if self._stream is None or (self._stream.eof and self._input):  # RFC 1952, section 2.2: members may follow
                self._stream = zlib.decompressobj(self._window_bits())
            try:
                piece = self._stream.decompress(self._input, _PIECE_SIZE)
            except zlib.error as error:
                raise CompressionError(f"the body is not compressed with {self._encoding}: {error}") from error
            self._input = self._stream.unconsumed_tail or self._stream.unused_data
            self._was_full = len(piece) == _PIECE_SIZE
            if piece:
                return piece
        return b""

    def finish(self) -> None:
        """The body has ended.

        Raises:
            CompressionError: It has not ended where it should.
        """
        if self._stream is not None and not self._stream.eof:
            raise CompressionError(f"the end of the body is missing, which is compressed with {self._encoding}")

    def _window_bits(self) -> int:
        # RFC 9110, section 8.4.1.2: some servers send "deflate" without the header of zlib, which begins with an 8.
        is_raw = self._encoding == "deflate" and self._input[0] & 0x0F != 8
        return _RAW if is_raw else _WINDOW_BITS[self._encoding]


def decompressor_for(request: Request, status: int, headers: Mapping[str, str]) -> Decompressor | None:
    """What undoes the compression of a response; None where there is none.

    Args:
        request: What was sent.
        status: The HTTP status.
        headers: With names in lower case.

    Raises:
        UnexpectedResponseError: A success is compressed in a way that was not asked for.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in _WINDOW_BITS:
        return Decompressor(encoding)
    if encoding not in ("", "identity") and is_success(status):  # otherwise the status says more
        raise unknown_encoding(request, status, encoding)
    return None


class WholeBody:
    """A body that is read whole, up to a limit.

    Args:
        request: What was sent.
        status: The HTTP status.
    """

    def __init__(self, request: Request, status: int) -> None:
        self._request = request
        self._status = status
        self._content = BytesIO()  # not a list of chunks: a body may come in millions of them
        self._limit = MAX_BODY_SIZE if is_success(status) else _MAX_REFUSAL_SIZE

    def add(self, chunk: bytes) -> bool:
        """Take the next chunk; False if no more is needed.

        Raises:
            ResponseTooLargeError: A success is larger than `MAX_BODY_SIZE`.
        """
        self._content.write(chunk)
        if self._content.tell() <= self._limit:
            return True
        if is_success(self._status):
            raise too_large(self._request, self._status, self._limit, self.content)
        return False

    @property
    def content(self) -> bytes:
        """What has come so far."""
        return self._content.getvalue()


def is_success(status: int) -> bool:
    """Whether a status is one of 2xx."""
    return 200 <= status < 300
