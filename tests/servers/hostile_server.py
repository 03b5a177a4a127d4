"""A server that sends raw bytes, as many as its client takes, and counts what reaches it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType

from typing_extensions import Self

from .canned_server import read_request

Answer = bytes | Iterable[bytes] | Callable[[], Iterable[bytes]]
"""What is sent: at once, in pieces, or in pieces that are made anew for each request."""

_PATIENCE = 30.0


class HostileServer:
    """Answers each connection with the next answer, and closes it. The last answer is repeated.

    Args:
        answers: Raw HTTP responses; one may have no end.
        tls: With this, it speaks TLS, and ends it without saying so.

    Attributes:
        address: Its host and port.
        requests: The raw requests so far, head and body.
    """

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._tls = tls
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._is_closed = False

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed = True
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes up `accept`
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._is_closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(_PATIENCE)
            with suppress(OSError), connection:  # the client may be gone, and should
                if self._tls is None:
                    self._answer(connection)
                else:
                    with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                        self._answer(encrypted)

    def _answer(self, connection: socket.socket) -> None:
        request = read_request(connection)
        if not request:
            return
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, bytes):
            answer = [answer]
        for piece in answer() if callable(answer) else answer:
            if self._is_closed:
                return
            connection.sendall(piece)
