"""Servers do what the contract says, but for the differences that are listed here.

Schemathesis makes requests of the contract. Their answers must have a status, a content type and a body that the
contract names for the operation, and requests that fit the contract must not be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.exchanges import Case, Exchange, exchange_with, exchanges_with, has_uuids, run_payloads
from tests.servers.official_server import official_server

EMBEDDED, OFFICIAL = "embedded", "official"
REFUSED, WRONG_BODY = "RejectedPositiveData", "JsonSchemaError"


@dataclass(frozen=True)
class Server:
    name: str
    url: str


@dataclass(frozen=True)
class Difference:
    """Something that servers do otherwise than the contract says.

    Attributes:
        reason: Why the contract stays as it is.
        concerns: Whether a request can meet with it.
        example: A request that does: its `path_parameters`, `query` or `body`.
        operation: The operation of the example.
        has_real_ids: Whether the example names a thread that exists.
        failure: The name that schemathesis has for it.
        servers: The servers that do it.
    """

    reason: str
    concerns: Callable[[Case], bool]
    example: dict[str, Any]
    operation: str = "POST /runs/wait"
    has_real_ids: bool = True
    failure: str = REFUSED
    servers: tuple[str, ...] = (EMBEDDED, OFFICIAL)


def a_run(concerns: Callable[[dict[str, Any]], Any]) -> Callable[[Case], bool]:
    return lambda case: any(concerns(payload) for payload in run_payloads(case))


def a_run_with(**payload: Any) -> dict[str, Any]:
    return {"body": {"assistant_id": "echo", **payload}}


def command(payload: dict[str, Any]) -> dict[str, Any]:
    return payload.get("command") or {}


def is_mixed(goto: Any) -> bool:
    return isinstance(goto, list) and len({isinstance(node, str) for node in goto}) > 1


DIFFERENCES = {
    "ids that are no UUIDs": Difference(
        "Aegra takes any string; LangGraph's own servers refuse it.",
        lambda case: not has_uuids(case),
        {"path_parameters": {"thread_id": "mine"}},
        operation="GET /threads/{thread_id}/runs",
        has_real_ids=False,
    ),
    "selected properties": Difference(
        "With `select`, runs lack what they must have otherwise: no schema can say it (decision 0001).",
        lambda case: "select" in case.query,
        {"query": {"select": ["status"]}},
        operation="GET /threads/{thread_id}/runs",
        failure=WRONG_BODY,
    ),
    "context and configurable": Difference(
        "They exclude each other, which the contract says in words.",
        a_run(lambda payload: payload.get("context") and payload.get("config", {}).get("configurable")),
        a_run_with(context={"a": 1}, config={"configurable": {"b": 1}}),
    ),
    "resuming a stateless run": Difference(
        "It has nothing to resume; its `command` has other uses.",
        a_run(lambda payload: command(payload).get("resume")),
        a_run_with(command={"resume": "yes"}),
    ),
    "nodes and Sends in one list": Difference(
        "LangGraph itself, its JavaScript server and Aegra take them.",
        a_run(lambda payload: is_mixed(command(payload).get("goto"))),
        a_run_with(command={"goto": ["a", {"node": "b", "input": 1}]}),
    ),
    "an update that is a scalar": Difference(
        "The contract gives `update` no type, so that a caller's own types fit.",
        a_run(lambda payload: not isinstance(command(payload).get("update"), dict | list | None)),
        a_run_with(command={"update": 1}),
    ),
    "the stream mode tools": Difference(
        "The SDKs know it, this server does not yet.",
        a_run(lambda payload: "tools" in payload.get("stream_mode", ())),
        a_run_with(stream_mode="tools"),
        servers=(OFFICIAL,),
    ),
    "a webhook on the same machine": Difference(
        "This server refuses it unless it is configured otherwise.",
        a_run(lambda payload: "webhook" in payload),
        a_run_with(webhook="http://127.0.0.1:9/"),
        servers=(OFFICIAL,),
    ),
}

NEVER_ACCEPTED: dict[str, set[str]] = {
    EMBEDDED: set(),
    # Named in the `Location` of a stateless stream, but there is no such route (decision 0003).
    OFFICIAL: {"GET /runs/{run_id}/stream"},
}


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == OFFICIAL:
        # Not the one that processes share: some of the requests cancel or roll back all runs of a server.
        with official_server() as url:
            yield Server(OFFICIAL, url)
    else:
        yield Server(EMBEDDED, request.getfixturevalue("embedded_url"))


@pytest.fixture(scope="module")
def exchanges(server: Server) -> list[Exchange]:
    return exchanges_with(server.url)


def is_listed(failure: str, case: Case, server: Server) -> bool:
    candidates = [difference for difference in DIFFERENCES.values() if difference.failure == failure]
    return any(server.name in difference.servers and difference.concerns(case) for difference in candidates)


def test_answers_are_what_the_contract_says(server: Server, exchanges: list[Exchange]) -> None:
    unlisted = [
        exchange.report
        for exchange in exchanges
        if not all(is_listed(failure, exchange.case, server) for failure in exchange.failures)
    ]

    assert not unlisted, "\n\n".join([f"{len(unlisted)} of {len(exchanges)}, the first of them:", *unlisted[:3]])


def test_a_good_share_of_requests_is_accepted(server: Server, exchanges: list[Exchange]) -> None:
    answers: dict[str, list[bool]] = {}
    for exchange in exchanges:
        if exchange.has_real_ids:
            answers.setdefault(exchange.operation, []).append(exchange.response.status_code < 300)

    shares = {operation: sum(accepted) / len(accepted) for operation, accepted in answers.items()}
    assert {operation for operation, share in shares.items() if share < 0.1} == NEVER_ACCEPTED[server.name], shares


@pytest.mark.parametrize("name", DIFFERENCES)
def test_listed_differences_are_still_there(server: Server, name: str) -> None:
    difference = DIFFERENCES[name]

    exchange = exchange_with(
        server.url, difference.operation, has_real_ids=difference.has_real_ids, **difference.example
    )

    assert difference.concerns(exchange.case)
    assert (difference.failure in exchange.failures) == (server.name in difference.servers), difference.reason
