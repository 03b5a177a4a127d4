"""The contract has all that the official server publishes about runs, and says why it has more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from runs_client.spec._contract import read_contract
from runs_client.spec._extract import extract_runs
from tests.contract.contracts import OPENAPI, ROOT
from tests.contract.facts import facts

NEWEST = "0.16.7"
"""The newest official version when this was written."""

# Patterns of the shell for facts, each with its reason.
WE_LACK: dict[str, str] = {}
THEY_LACK = {
    "GET /runs/{}/stream*": "The SDKs join a stream without a thread there; this server only names it, in `Location`",
    "* query stream_subgraphs": "Left out of their contract, and ignored by this server where a stream is joined",
    "* request checkpoint_id": "The SDKs send it, and this server takes it",
    "* request langsmith_tracer*": "The SDKs send it, and this server takes it",
    "* request strict_resume": "The SDKs send it; this server ignores it",
    "* request stream_mode = tools": "The SDKs know it; this server refuses it",
    "POST /runs response *": "Their contract says nothing about this body, which is a run",
    "POST /runs/batch response *": "Their contract says nothing about this body, which is a list of runs",
    "* response cancel_reason": "The SDKs know it; this server does not send it",
    "* error error": "What Aegra and the JavaScript server tell about errors",
    "* error message": "What Aegra and the JavaScript server tell about errors",
}


def our_facts() -> set[str]:
    return facts(read_contract(OPENAPI / "runs.yaml"))


def their_facts() -> set[str]:
    recorded: dict[str, Any] = json.loads(
        (Path(__file__).parent / "published" / f"langgraph-api-{NEWEST}.json").read_bytes()
    )
    return facts(recorded)


def unexplained(found: Iterable[str], reasons: dict[str, str]) -> list[str]:
    return sorted(fact for fact in found if not any(fnmatchcase(fact, pattern) for pattern in reasons))


def idle(found: set[str], reasons: dict[str, str]) -> list[str]:
    return [pattern for pattern in reasons if not any(fnmatchcase(fact, pattern) for fact in found)]


def test_we_have_all_that_they_have() -> None:
    we_lack = their_facts() - our_facts()

    assert unexplained(we_lack, WE_LACK) == []
    assert idle(we_lack, WE_LACK) == []


def test_what_they_lack_has_a_reason() -> None:
    they_lack = our_facts() - their_facts()

    assert unexplained(they_lack, THEY_LACK) == []
    assert idle(they_lack, THEY_LACK) == []


def test_the_newest_version_is_compared() -> None:
    """A newer version in the environment of the official server is reported as an expected failure."""
    [metadata] = (ROOT / ".venv-official").glob("lib/python*/site-packages/langgraph_api-*.dist-info")
    installed = metadata.name.removeprefix("langgraph_api-").removesuffix(".dist-info")
    if Version(installed) > Version(NEWEST):
        published = extract_runs(json.loads((metadata.parent / "openapi.json").read_bytes()))
        we_lack = unexplained(facts(published) - our_facts(), WE_LACK) or ["nothing"]
        pytest.xfail(f"langgraph-api {installed} is newer than {NEWEST}; of its API we lack: {', '.join(we_lack)}")

    assert Version(installed) == Version(NEWEST)


def test_facts_of_a_contract() -> None:
    send = {"type": "object", "properties": {"node": {}, "then": {"$ref": "#/components/schemas/Send"}}}
    contract = {
        "components": {"schemas": {"Send": send, "Mode": {"enum": ["a", "b"]}}},
        "paths": {
            "/threads/{thread_id}/runs": {
                "parameters": [
                    {"name": "thread_id", "in": "path", "schema": {"type": "string"}},
                    {"name": "mode", "in": "query", "schema": {"$ref": "#/components/schemas/Mode"}},
                ],
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": {"allOf": [send]}}}},
                    "responses": {
                        "200": {"content": {"application/json": {"schema": {"type": "array", "items": send}}}},
                        "204": {},
                        "default": {"content": {"application/json": {"schema": True}}},
                    },
                },
            }
        },
    }

    label = "POST /threads/{}/runs"
    assert facts(contract) == {
        label,
        *(f"{label} query mode{value}" for value in ("", " = a", " = b")),
        *(f"{label} {body} {name}" for body in ("request", "response") for name in ("node", "then")),
        *(f"{label} {body} then.{name}" for body in ("request", "response") for name in ("node", "then")),
    }
