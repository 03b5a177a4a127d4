"""A server that answers with the bytes that a test gives it, whatever they are."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

from typing_extensions import Self

Answer = bytes | Callable[[bytes], bytes]


class CannedServer:
    """Answers each connection with the next answer, and closes it. The last answer is repeated.

    Args:
        answers: Raw HTTP responses, or functions from the raw request to one.

    Attributes:
        requests: The raw requests so far, head and body.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes up `accept`
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                request = read_request(connection)
                if request:
                    self.requests.append(request)
                    answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                    connection.sendall(answer(request) if callable(answer) else answer)


def read_request(connection: socket.socket) -> bytes:
    """One raw request, head and body; nothing if the client has gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
            while len(body) < length:
                piece = connection.recv(65536)
                if not piece:
                    return b""
                body += piece
    return head + b"\r\n\r\n" + body


def http_response(
    status: int = 200,
    body: bytes | str = b"",
    *,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """A whole response that ends the connection."""
    content = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} Status",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
