"""Each fault of the proxy, as it shows on the wire."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from runs_client.testing import (
    Answer,
    CleanEnd,
    Drip,
    Fault,
    FaultProxy,
    Fin,
    Garbage,
    LoseResponse,
    Pass,
    Refuse,
    Reset,
    RewriteHead,
    RunsServer,
    Stall,
)
from tests.embedded.conftest import SECONDS, Gate, Http, events_in, gated
from tests.servers.canned_server import CannedServer, http_response

REQUEST = b"GET /threads/1/runs/2/stream?modes=values HTTP/1.1\r\nHost: here\r\n\r\n"
CREATE = {"assistant_id": "counter", "input": {}, "stream_mode": "custom"}

CHUNKS = b"b\r\ndata: one\n\n\r\n", b"b\r\ndata: two\n\n\r\n", b"d\r\ndata: three\n\n\r\n"
END = b"0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
CHUNKED = HEAD + b"\r\n" + b"".join(CHUNKS) + END
DATA = b"data: one\n\ndata: two\n\ndata: three\n\n"
SIZED = http_response(body=DATA)
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n" + DATA


class Received(NamedTuple):
    head: bytes
    body: bytes
    is_reset: bool


@pytest.fixture
def proxy(embedded: RunsServer) -> Iterator[FaultProxy]:
    with FaultProxy(embedded.url) as proxy:
        yield proxy


def connect(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), SECONDS)


def receive_all(client: socket.socket) -> Received:
    received = b""
    try:
        while piece := client.recv(65536):
            received += piece
    except ConnectionResetError:
        return Received(*_parts(received), is_reset=True)
    return Received(*_parts(received), is_reset=False)


def _parts(received: bytes) -> tuple[bytes, bytes]:
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def exchange(proxy: FaultProxy, request: bytes = REQUEST) -> Received:
    with connect(proxy) as client:
        client.sendall(request)
        return receive_all(client)


def creation(path: str) -> bytes:
    """A request for a run."""
    body = b'{"assistant_id": "counter", "input": {}}'
    return b"POST %b HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body


def canned(fault: Fault, answer: bytes = CHUNKED) -> Received:
    """What a client receives of a canned answer."""
    with CannedServer(answer) as server, FaultProxy(server.url) as proxy:
        proxy.plan(fault)
        received = exchange(proxy)
        assert proxy.faults_left == 0
        return received


# Without faults.


@pytest.mark.parametrize("answer", [CHUNKED, SIZED, UNTIL_CLOSE], ids=["chunked", "sized", "until-close"])
def test_without_faults_a_response_passes_as_it_is(answer: bytes) -> None:
    received = canned(Pass(), answer)

    assert (received.body, received.is_reset) == (answer.partition(b"\r\n\r\n")[2], False)
    assert received.head.startswith(b"HTTP/1.1 200 ")
    assert received.head.endswith(b"Connection: close")


def test_trailers_and_extensions_of_chunks_pass() -> None:
    body = b"3;name=value\r\none\r\n0\r\nX-Sum: 1\r\n\r\n"

    assert canned(Pass(), HEAD + b"\r\n" + body).body == body


@pytest.mark.parametrize("fault", [Pass(), CleanEnd(after_bytes=3), Drip()], ids=repr)
def test_a_response_without_a_body_passes(fault: Fault) -> None:
    received = canned(fault, b"HTTP/1.1 204 No Content\r\n\r\n")

    assert received == (b"HTTP/1.1 204 No Content\r\nConnection: close", b"", False)


def test_what_the_server_breaks_off_is_broken_off() -> None:
    in_the_head, in_a_chunk = CHUNKED[: len(HEAD) - 10], CHUNKED[:-13]

    assert canned(Pass(), in_the_head) == (b"", b"", False)
    assert canned(Pass(), in_a_chunk)[1:] == (CHUNKS[0] + CHUNKS[1] + b"d\r\ndata: t", False)


def test_a_reset_by_the_server_passes() -> None:
    with CannedServer(CHUNKED) as server, FaultProxy(server.url) as inner, FaultProxy(inner.url) as outer:
        inner.plan(Reset(after_bytes=12))

        assert exchange(outer)[1:] == (CHUNKS[0] + b"b\r\nd", True)


def test_a_request_passes_and_is_recorded() -> None:
    body = b'{"input": 1}'
    with CannedServer(SIZED) as server, FaultProxy(server.url) as proxy:
        httpx.post(f"{proxy.url}/a%2Fb?c=d", content=body, headers={"X-Mine": "Yes"})

        (request,) = proxy.requests
        assert (request.method, request.path, request.query, request.body) == ("POST", "/a%2Fb", "c=d", body)
        assert request.headers["x-mine"] == "Yes"
        assert server.requests[0].startswith(b"POST /a%2Fb?c=d HTTP/1.1\r\n")
        assert server.requests[0].endswith(b"\r\n\r\n" + body)
        assert server.requests[0].lower().count(b"\r\nconnection: close\r\n") == 1


def test_a_request_in_chunks_arrives_whole() -> None:
    with CannedServer(SIZED) as server, FaultProxy(server.url) as proxy:
        httpx.post(proxy.url, content=iter([b"one", b"two"]))

        assert proxy.requests[0].body == b"onetwo"
        assert server.requests[0].endswith(b"\r\n\r\nonetwo")
        assert b"chunked" not in server.requests[0]


def test_events_pass_at_once(proxy: FaultProxy, gate: Gate) -> None:
    http = Http(proxy.url)
    with http.client, http.client.stream("POST", "/runs/stream", json=held_by(gate)) as response:
        chunks = response.iter_raw()
        text = next(chunks) + next(chunks)
        assert b"before" in text
        gate.wait_until_reached()
        gate.open()
        text += b"".join(chunks)

    assert [event.data for event in events_in(text.decode())[1:]] == ["before", "after"]


def held_by(gate: Gate) -> dict[str, object]:
    """The body of a request for a run that falls silent at the gate."""
    return {"assistant_id": "gated", "input": gate.input, "stream_mode": "custom"}


def test_an_unreachable_server_is_a_502() -> None:
    with CannedServer(SIZED) as server:
        url = server.url
    with FaultProxy(url) as proxy:
        answer = httpx.get(proxy.url)

    assert (answer.status_code, answer.text) == (502, "The server cannot be reached.")


# Places in the body.

PLACES = [
    ({"after_chunks": 0}, b""),
    ({"after_chunks": 2}, CHUNKS[0] + CHUNKS[1]),
    ({"after_chunks": 3}, b"".join(CHUNKS)),
    ({"after_bytes": 0}, b""),
    ({"after_bytes": 4}, b"b\r\ndata"),
    ({"after_bytes": 11}, CHUNKS[0]),
    ({"after_bytes": 12}, CHUNKS[0] + b"b\r\nd"),
    ({"after_bytes": 35}, b"".join(CHUNKS)),
]
at_each_place = pytest.mark.parametrize(("place", "expected"), PLACES, ids=[str(place) for place, _ in PLACES])


@at_each_place
def test_a_reset_comes_after_the_bytes_before_its_place(place: dict[str, int], expected: bytes) -> None:
    assert canned(Reset(**place))[1:] == (expected, True)


@at_each_place
def test_a_fin_leaves_the_body_unfinished(place: dict[str, int], expected: bytes) -> None:
    assert canned(Fin(**place))[1:] == (expected, False)


@at_each_place
def test_a_stall_keeps_the_connection_open_until_the_client_leaves(place: dict[str, int], expected: bytes) -> None:
    with CannedServer(CHUNKED) as server, FaultProxy(server.url) as proxy:
        proxy.plan(Stall(**place))
        with connect(proxy) as client:
            client.sendall(REQUEST)
            received = b""
            while not received.endswith(b"\r\n\r\n" + expected):
                received += client.recv(1)

            assert not proxy.wait_until_idle(0.02)
            assert proxy.connections == 1
            client.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.recv(1)
        assert proxy.wait_until_idle(SECONDS)


@pytest.mark.parametrize("answer", [CHUNKED, SIZED, UNTIL_CLOSE], ids=["chunked", "sized", "until-close"])
@pytest.mark.parametrize("size", [0, 4, 11, 12, 35])
def test_a_clean_end_finishes_the_body(size: int, answer: bytes) -> None:
    with CannedServer(answer) as server, FaultProxy(server.url) as proxy:
        proxy.plan(CleanEnd(after_bytes=size))

        assert httpx.get(proxy.url).content == DATA[:size]


def test_a_clean_end_is_an_end_of_chunks() -> None:
    assert canned(CleanEnd(after_chunks=1)).body == CHUNKS[0] + END
    assert canned(CleanEnd(after_bytes=4)).body == b"4\r\ndata\r\n" + END
    assert canned(CleanEnd(after_chunks=0)).body == END


def test_a_place_beyond_the_end_leaves_the_body_whole() -> None:
    assert canned(Reset(after_chunks=4))[1:] == (b"".join(CHUNKS) + END, True)
    assert canned(Fin(after_bytes=99))[1:] == (b"".join(CHUNKS) + END, False)
    assert canned(CleanEnd(after_bytes=99))[1:] == (b"".join(CHUNKS) + END, False)


def test_a_body_that_is_not_chunked_is_one_chunk() -> None:
    assert canned(Reset(after_chunks=0), SIZED)[1:] == (b"", True)
    assert canned(Reset(after_chunks=1), SIZED)[1:] == (DATA, True)
    assert canned(Reset(after_bytes=12), SIZED)[1:] == (DATA[:12], True)


@pytest.mark.parametrize("place", [{}, {"after_chunks": 1, "after_bytes": 1}, {"after_chunks": -1}], ids=str)
def test_a_place_is_given_in_exactly_one_way(place: dict[str, int]) -> None:
    message = r"^Stall takes either after_chunks, after_bytes or after_events, 0 or more\.$"
    with pytest.raises(ValueError, match=message):
        Stall(**place)


def test_a_chunk_counts_when_it_is_complete() -> None:
    body = b"30000\r\n" + bytes(0x30000) + b"\r\n"  # more than the proxy takes at once

    assert canned(Reset(after_chunks=1), HEAD + b"\r\n" + body * 2 + END)[1:] == (body, True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what was not sent yet")
def test_a_reset_loses_no_byte_before_its_place() -> None:
    size = 30_000
    with CannedServer(http_response(body=bytes(size + 1))) as server, FaultProxy(server.url) as proxy:
        proxy.plan(Reset(after_bytes=size))
        with socket.socket() as client:
            client.settimeout(SECONDS)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # the rest waits in the proxy
            client.connect(("127.0.0.1", proxy.port))
            client.sendall(REQUEST)
            received = receive_all(client)

    assert (len(received.body), received.is_reset) == (size, True)


def test_a_cut_needs_no_further_byte_from_the_server(proxy: FaultProxy, gate: Gate) -> None:
    proxy.plan(CleanEnd(after_chunks=2))
    with Http(proxy.url).client as client:
        events = events_in(client.post("/runs/stream", json=held_by(gate)).text)

    assert [event.name for event in events] == ["metadata", "custom"]


# Faults of other kinds.


def test_a_refused_request_reaches_no_server(proxy: FaultProxy, embedded: RunsServer) -> None:
    runs = embedded.runs_created
    proxy.plan(Refuse(), match=r"^POST /runs$")
    assert httpx.get(f"{proxy.url}/ok").status_code == 200
    assert exchange(proxy, creation("/runs")) == (b"", b"", True)
    assert [request.path for request in proxy.requests] == ["/ok"]
    assert (proxy.faults_left, embedded.runs_created) == (0, runs)


def test_while_the_proxy_is_down_connections_are_refused(proxy: FaultProxy) -> None:
    url = proxy.url
    with proxy.down(), pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/ok")

    assert proxy.url == url
    assert httpx.get(f"{url}/ok").json() == {"ok": True}


def test_an_answer_is_not_the_servers(proxy: FaultProxy, embedded: RunsServer) -> None:
    runs = embedded.runs_created
    proxy.plan(Answer(429, {"Retry-After": "0"}, b'{"detail": "slow"}'), Answer(204), Answer(599))
    with Http(proxy.url).client as client:
        answers = [client.post("/runs", json=CREATE) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 204, 599]
    assert (answers[0].headers["Retry-After"], answers[0].json()) == ("0", {"detail": "slow"})
    assert (len(proxy.requests), embedded.runs_created) == (3, runs)


@pytest.mark.parametrize("path", ["/runs", "/runs/stream"])
def test_a_lost_response_leaves_a_run_on_the_server(proxy: FaultProxy, embedded: RunsServer, path: str) -> None:
    runs = embedded.runs_created
    proxy.plan(LoseResponse())

    assert exchange(proxy, creation(path)) == (b"", b"", True)
    assert embedded.runs_created == runs + 1


def test_a_drip_cuts_the_body_into_pieces() -> None:
    assert canned(Drip(), SIZED).body == b"".join(b"1\r\n%c\r\n" % byte for byte in DATA) + END
    assert canned(Drip(8)).body.startswith(b"8\r\ndata: on\r\n3\r\ne\n\n\r\n8\r\ndata: tw\r\n")


@pytest.mark.parametrize("answer", [CHUNKED, SIZED, UNTIL_CLOSE], ids=["chunked", "sized", "until-close"])
def test_a_drip_changes_no_byte(answer: bytes) -> None:
    with CannedServer(answer) as server, FaultProxy(server.url) as proxy:
        proxy.plan(Drip(3))

        assert httpx.get(proxy.url).content == DATA


def test_a_drip_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^Drip takes a size of 1 or more\.$"):
        Drip(0)


def test_garbage_follows_the_body() -> None:
    assert canned(Garbage(b"\x00junk")).body == b"".join(CHUNKS) + END + b"\x00junk"
    assert canned(Garbage(b"\x00junk"), SIZED).body == DATA + b"\x00junk"
    assert canned(Garbage(b"\x00junk"), b"HTTP/1.1 204 No Content\r\n\r\n").body == b"\x00junk"


def test_a_head_is_rewritten(proxy: FaultProxy) -> None:
    proxy.plan(RewriteHead(b"\r\nlocation: /", b"\r\nlocation: http://evil.example/"))
    with Http(proxy.url).client as client:
        answer = client.post("/runs/stream", json=CREATE)

    assert answer.headers["Location"].startswith("http://evil.example/runs/")
    assert [event.name for event in events_in(answer.text)] == ["metadata", "custom", "custom", "custom"]


def test_a_head_that_cannot_be_rewritten_is_a_502() -> None:
    received = canned(RewriteHead(b"Location", b"Elsewhere"))

    assert received.head.startswith(b"HTTP/1.1 502 ")
    assert received.body.startswith(b"RewriteHead(old=b'Location', new=b'Elsewhere'), but the head is ")


# Plans.


def test_faults_are_taken_in_order_by_the_requests_that_match(proxy: FaultProxy) -> None:
    proxy.plan(Answer(501), Pass(), Answer(502), match=r"/stream$")
    proxy.plan(Answer(503), match=re.compile("^DELETE "))
    proxy.plan(Answer(504), match=lambda request: request == "PUT /ok")
    proxy.plan(Answer(505))
    calls = [("GET", "/a/stream?q=1"), ("PUT", "/ok"), ("GET", "/ok"), ("GET", "/stream"), ("DELETE", "/ok")]
    calls += [("GET", "/stream"), ("GET", "/ok")]
    with Http(proxy.url).client as client:
        statuses = [client.request(method, path).status_code for method, path in calls]

    assert statuses == [501, 504, 505, 404, 503, 502, 200]
    assert proxy.faults_left == 0


def test_a_fault_that_no_request_took_is_left(proxy: FaultProxy) -> None:
    proxy.plan(Answer(503), Answer(503), Reset(after_chunks=0), match="^POST ")
    httpx.get(f"{proxy.url}/ok")
    httpx.post(f"{proxy.url}/runs")

    assert proxy.faults_left == 2


# Ends of connections.


def test_the_server_sees_that_the_client_left_while_it_was_silent(gate: Gate) -> None:
    with RunsServer({"gated": gated}, heartbeat=None) as server, FaultProxy(server.url) as proxy:
        http = Http(proxy.url)
        with http.client:
            with http.client.stream("POST", "/runs/stream", json=held_by(gate)):
                gate.wait_until_reached()
                assert (proxy.connections, server.connections) == (1, 1)

            assert server.wait_until_idle(SECONDS)
            assert proxy.wait_until_idle(SECONDS)
            assert proxy.connections == 0


@pytest.mark.parametrize("fault", [Pass(), Stall(after_chunks=0), Reset(after_chunks=9)], ids=repr)
def test_stopping_ends_all_connections_and_threads(embedded: RunsServer, gate: Gate, fault: Fault) -> None:
    threads = threading.active_count()
    with FaultProxy(embedded.url) as proxy, connect(proxy) as idle:
        http = Http(proxy.url)
        proxy.plan(fault)
        with http.client, http.client.stream("POST", "/runs/stream", json=held_by(gate)) as response:
            gate.wait_until_reached()
            proxy.__exit__(None, None, None)

            assert threading.active_count() == threads
            assert (proxy.connections, idle.recv(1)) == (0, b"")
            with pytest.raises(httpx.RemoteProtocolError):
                response.read()
    assert embedded.wait_until_idle(SECONDS)


def test_many_clients_at_once(proxy: FaultProxy) -> None:
    answers: list[int] = []
    proxy.plan(*[Answer(503)] * 10)

    def get() -> None:
        answers.append(httpx.get(f"{proxy.url}/ok").status_code)

    clients = [threading.Thread(target=get) for _ in range(20)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()

    assert sorted(answers) == [200] * 10 + [503] * 10
    assert (len(proxy.requests), proxy.faults_left) == (20, 0)
