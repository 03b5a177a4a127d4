"""A proxy that passes requests on to a server, and lets go wrong what a test has planned."""

from __future__ import annotations

import selectors
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from typing_extensions import Self

from ._faults import (
    CRLF,
    PIECE,
    Answer,
    CleanEnd,
    Drip,
    Fault,
    LoseResponse,
    Match,
    Pass,
    Plan,
    Reader,
    Refuse,
    Reset,
    Stall,
    body_of,
    parse_head,
    replace_headers,
    until_close,
)

if sys.platform == "linux":
    import fcntl

_BACKLOG = 2048  # as many clients may connect at once
_SECONDS_TO_CONNECT = 5.0
_SECONDS_BETWEEN_LOOKS = 0.001
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger: on, for 0 seconds
_CLOSE: dict[bytes, bytes | None] = {b"Keep-Alive": None, b"Connection": b"close"}
_SIOCOUTQNSD = 0x894B  # Linux: how many bytes wait to be sent


@dataclass(frozen=True)
class RecordedRequest:
    """A request that came to the proxy.

    Attributes:
        method: Such as `POST`.
        path: The path as it was sent, quoted, without the query.
        query: The query as it was sent, without the question mark.
        headers: The headers, with lower-case names.
        body: The body; chunks are joined.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class FaultProxy:
    """Stands between a client and a server, and lets go wrong what was planned. For tests.

    It serves while it is used as a context manager. What the server sends is passed on at once. Each
    connection carries one request: responses say `Connection: close`. When one side ends its connection,
    the other side's is ended too. Where the server cannot be reached, the answer is a 502 that says so.

    Args:
        server_url: Where the server is, over plain HTTP/1.1.

    Attributes:
        port: The port it listens on, known on entering.

    Example:
        ```python
        with RunsServer() as server, FaultProxy(server.url) as proxy:
            proxy.plan(Reset(after_events=3), Answer(503, headers={"Retry-After": "0"}))
            with SyncRunsClient(proxy.url) as runs:
                parts = list(runs.stream(None, "counter", input={"n": 5}))
            assert proxy.faults_left == 0
        ```
    """

    def __init__(self, server_url: str) -> None:
        server = urlsplit(server_url)
        self._server = (server.hostname or "127.0.0.1", server.port or 80)
        self._path = server.path
        self._plan = Plan()
        self._changed = threading.Condition()
        self._requests: list[RecordedRequest] = []
        self._connections = 0
        self._conversations: list[_Conversation] = []
        self.port: int = 0

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}{self._path}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests so far, in the order in which they came. Those that met `Refuse` are left out."""
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> int:
        """How many connections of clients are open."""
        return self._connections

    @property
    def faults_left(self) -> int:
        """How many planned faults no request has taken yet."""
        return len(self._plan)

    def plan(self, *faults: Fault, match: Match | None = None) -> None:
        """Let the next requests go wrong, one for each fault, in this order. The others pass.

        Args:
            faults: What goes wrong. They come after those that were planned before.
            match: Only requests that match take these faults. It is a function of, or a pattern that is
                searched in, method and path without query, such as `GET /threads/1/runs`. By default, a fault
                that counts events is for streams, and any other for all requests.

        Example:
            ```python
            proxy.plan(Stall(after_chunks=0), Fin(after_bytes=100), match=r"^GET .*/stream$")
            ```
        """
        self._plan.add(faults, match)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections for a while, with `ECONNREFUSED`. Open connections are left alone.

        Example:
            ```python
            with proxy.down(), pytest.raises(APIConnectionError):
                runs.get(thread_id, run_id)
            ```
        """
        self._stop_listening()
        try:
            yield
        finally:
            self._listen()

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Wait until no client is connected, and the connections to the server are closed too.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            False where the time was not enough.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._connections, timeout)

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop_listening()
        with self._changed:
            for conversation in self._conversations:
                conversation.stop()
        for conversation in self._conversations:
            conversation.join()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=_BACKLOG)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="FaultProxy", daemon=True)
        self._thread.start()

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes up `accept`
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            conversation = _Conversation(client, self._server, self._plan, self._record, self._forget)
            with self._changed:
                self._connections += 1
                self._conversations = [*(one for one in self._conversations if one.is_alive()), conversation]
            conversation.start()

    def _record(self, request: RecordedRequest) -> None:
        with self._changed:
            self._requests.append(request)

    def _forget(self, conversation: _Conversation) -> None:
        with self._changed:
            conversation.close()  # under the lock, so that `stop` never meets the number of a closed socket
            self._connections -= 1
            self._changed.notify_all()


class _Conversation(threading.Thread):
    """One connection of a client: a request, and what becomes of it."""

    def __init__(
        self,
        client: socket.socket,
        server_address: tuple[str, int],
        plan: Plan,
        record: Callable[[RecordedRequest], None],
        on_end: Callable[[_Conversation], None],
    ) -> None:
        super().__init__(name="FaultProxy.connection", daemon=True)
        self._client = client
        self._server: socket.socket | None = None
        self._server_address = server_address
        self._plan = plan
        self._record = record
        self._on_end = on_end

    def run(self) -> None:
        try:
            self._converse()
        except EOFError:
            pass  # one side has ended its connection, and on closing so does the other
        except (OSError, ValueError):
            self._reset()  # the server's connection broke, or what came is no HTTP
        finally:
            self._on_end(self)

    def stop(self) -> None:
        """End it from another thread: whatever it waits for comes to an end."""
        for connection in filter(None, (self._client, self._server)):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close both connections."""
        if self._server:
            self._server.close()
        self._client.close()

    def _converse(self) -> None:
        head, request = self._read_request()
        fault = self._plan.take(f"{request.method} {request.path}")
        if isinstance(fault, Refuse):
            return self._reset()
        self._record(request)
        if isinstance(fault, Answer):
            return self._client.sendall(fault.response)
        self._server = self._connect()
        if self._server is None:
            return self._client.sendall(Answer(502, body=b"The server cannot be reached.").response)
        self._send_to_server(head, request)
        return self._respond(request.method, fault)

    def _read_request(self) -> tuple[bytes, RecordedRequest]:
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(lambda: self._client.recv(PIECE))
        head = reader.until(CRLF + CRLF)
        (method, target, _), headers = parse_head(head)
        path, _, query = target.partition("?")
        body = b"".join(piece.data for piece in body_of(reader, headers, otherwise=iter(())))
        return head, RecordedRequest(method, path, query, headers, body)

    def _connect(self) -> socket.socket | None:
        try:
            server = socket.create_connection(self._server_address, _SECONDS_TO_CONNECT)
        except OSError:
            return None
        server.settimeout(None)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server

    def _send_to_server(self, head: bytes, request: RecordedRequest) -> None:
        assert self._server is not None
        had_body = not request.headers.keys().isdisjoint({"content-length", "transfer-encoding"})
        changes = {
            **_CLOSE,
            b"Transfer-Encoding": None,
            b"Content-Length": b"%d" % len(request.body) if had_body else None,
        }
        self._server.sendall(replace_headers(head, changes) + request.body)

    def _respond(self, method: str, fault: Fault) -> None:
        reader = Reader(self._receive_from_server)
        head = reader.until(CRLF + CRLF)
        if isinstance(fault, LoseResponse):
            return self._reset()
        (_, status, *_), headers = parse_head(head)
        body = body_of(reader, headers, otherwise=until_close(reader))
        if method == "HEAD" or status in ("204", "304"):
            body = iter(())
            fault = Pass() if isinstance(fault, (CleanEnd, Drip)) else fault  # there is nothing to put in chunks
        try:
            self._client.sendall(fault.shape_head(replace_headers(head, _CLOSE)))
        except LookupError as error:
            return self._client.sendall(Answer(502, body=str(error).encode()).response)
        for block in fault.shape_body(body):
            self._client.sendall(block)
        return self._end(fault)

    def _end(self, fault: Fault) -> None:
        if isinstance(fault, Reset):
            self._reset()
        if isinstance(fault, Stall):
            while self._client.recv(PIECE):
                pass

    def _reset(self) -> None:
        """Have the connection reset when it is closed, and not before the client has been sent all bytes."""
        with suppress(OSError):
            while self._has_unsent_bytes() and not _readable(self._client, timeout=_SECONDS_BETWEEN_LOOKS):
                pass
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def _has_unsent_bytes(self) -> bool:
        if sys.platform != "linux":
            return False
        unsent = fcntl.ioctl(self._client, _SIOCOUTQNSD, bytes(4))
        return unsent != bytes(4)

    def _receive_from_server(self) -> bytes:
        """What comes next from the server. Nothing, where one side has ended its connection."""
        assert self._server is not None
        while self._server not in (ready := _readable(self._client, self._server)):
            if self._client in ready and not self._client.recv(PIECE):
                return b""
        return self._server.recv(PIECE)


def _readable(*connections: socket.socket, timeout: float | None = None) -> list[object]:
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(timeout)]
