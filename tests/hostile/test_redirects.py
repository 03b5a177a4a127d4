"""Redirects: followed on the same origin only, and never for ever."""

from __future__ import annotations

import json

import pytest

from runs_client import APIConnectionError, APIStatusError, RunsClient
from tests.clients import CLIENTS
from tests.hostile.cases import KEY, RUN_JSON, Case, Fails, Gives, get
from tests.hostile_table import HostileTable
from tests.servers.canned_server import http_response
from tests.servers.hostile_server import HostileServer

pytestmark = pytest.mark.anyio

RUN = http_response(body=RUN_JSON)
LONG = "x" * 50_000
CUT = Fails(APIStatusError, "xxx[.]{3}$", told="the beginning of that place")
HERE = Gives(json.loads(RUN_JSON), "data, from the same origin")
REFUSED = Fails(APIStatusError, "which is not followed")


def redirect(location: str, status: int = 307) -> bytes:
    return http_response(status, headers=[("Location", location)])


async def create(runs: RunsClient) -> object:
    return (await runs.create("t", "agent", input="secret input")).to_dict()


CASES = [
    *(
        Case(f"a redirect to {location}", (redirect(location), RUN), REFUSED)
        for location in [
            "http://elsewhere.invalid/",
            "//elsewhere.invalid/",
            "https://127.0.0.1/",
            "http://127.0.0.1:1/",
            "http://127.0.0.1@elsewhere.invalid/",
            "http://user:password@127.0.0.1/",
            "http://[::1]/",
            "http://[",
            "http://127.0.0.1:99999/",
            "file:///etc/passwd",
            "/a b",
        ]
    ),
    *(
        Case(
            f"a redirect to {location}",
            (redirect(location), RUN),
            REFUSED,
            create,
            unlike=dict.fromkeys(("async", "sync"), Fails(APIConnectionError, "the run may exist")),
        )
        for location in ["data:application/json,{}", "javascript:alert(1)"]
    ),
    *(
        Case(f"a redirect to {location}", (redirect(location), RUN), HERE)
        for location in [
            "/../../x",
            "/\\elsewhere.invalid/",
            "///elsewhere.invalid/",
            "http:\\\\elsewhere.invalid/",
            "?url=http://elsewhere.invalid/",
        ]
    ),
    Case("a redirect without an end", redirect("/again"), REFUSED),
    Case("a redirect without a Location", (http_response(307), RUN), REFUSED),
    Case("a redirect of 50 KB", (redirect("/" + LONG), redirect("http://elsewhere.invalid/" + LONG)), CUT),
    Case(
        "302 for a POST",
        (redirect("/x", 302), RUN),
        REFUSED,
        create,
    ),
    Case("307 for a POST to another host", (redirect("http://elsewhere.invalid/"), RUN), REFUSED, create),
    Case(
        "300 with a choice of places", (redirect("http://elsewhere.invalid/", 300), RUN), Fails(APIStatusError, "300")
    ),
    Case("304 unasked", http_response(304), Fails(APIStatusError, "304")),
    Case("305, to use a proxy", (redirect("http://elsewhere.invalid/", 305), RUN), Fails(APIStatusError, "305")),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_redirects(case: Case, client: str, visited: list[object], hostile_table: HostileTable) -> None:
    server = await case.check(client, visited, hostile_table)
    assert len(server.requests) < 10


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "//127.0.0.1:{port}", "http://key@127.0.0.1:{port}"])
async def test_another_server_gets_no_request(address: str, client: str) -> None:
    with HostileServer(RUN) as other:
        location = address.format(port=other.address[1])
        for status in (301, 302, 303, 307, 308):
            with HostileServer(redirect(location, status)) as server:
                async with CLIENTS[client](server.url, api_key=KEY) as runs:
                    for call in (get, create):
                        with pytest.raises(APIStatusError, match="not followed"):
                            await call(runs)
    assert other.requests == []


@pytest.mark.parametrize("client", CLIENTS)
async def test_cookies_are_not_sent_back(client: str, hostile_table: HostileTable) -> None:
    cookie = ("Set-Cookie", "session=1; Path=/")
    answers = http_response(307, headers=[("Location", "/x"), cookie]), http_response(body=RUN_JSON, headers=[cookie])
    with HostileServer(*answers) as server:
        async with CLIENTS[client](server.url, api_key=KEY) as runs:
            await get(runs)
            await get(runs)
    assert len(server.requests) == 3
    assert not [request for request in server.requests if b"\r\ncookie:" in request.lower()]
    hostile_table.add("cookies", client, "data; none is sent back")
