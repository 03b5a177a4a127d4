"""Pairs of published contracts, with what a reader of both files finds: no more and no less is found by `diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from runs_client.spec._diff import diff
from runs_client.spec._findings import Finding

PUBLISHED = Path(__file__).parent / "published"

THREAD = "/threads/{thread_id}/runs"
RUN = THREAD + "/{run_id}"
LIST, GET, JOIN, JOIN_STREAM = f"GET {THREAD}", f"GET {RUN}", f"GET {RUN}/join", f"GET {RUN}/stream"
CANCEL, DELETE = f"POST {RUN}/cancel", f"DELETE {RUN}"
CREATE, STREAM, WAIT = f"POST {THREAD}", f"POST {THREAD}/stream", f"POST {THREAD}/wait"
CREATE_STATELESS, STREAM_STATELESS, WAIT_STATELESS = "POST /runs", "POST /runs/stream", "POST /runs/wait"
BATCH, CANCEL_MANY = "POST /runs/batch", "POST /runs/cancel"
STATEFUL = [CREATE, STREAM, WAIT]
STATELESS = [CREATE_STATELESS, BATCH, STREAM_STATELESS, WAIT_STATELESS]
RUNS = [LIST, GET, CREATE]
FAILING = [*STATEFUL, *STATELESS, LIST, GET, JOIN, JOIN_STREAM, CANCEL, DELETE, CANCEL_MANY]


class Change(NamedTuple):
    """What a reader finds. A place is a property of a component, or a place within the only operation."""

    kind: str
    place: str
    before: Any
    after: Any
    operations: list[str]
    breaks: bool = False


def within(operation: str, place: str) -> str:
    """A place within an operation."""
    method, _, path = operation.partition(" ")
    return f"/paths/{path.replace('/', '~1')}/{method.lower()}{place}"


def of(component: str, *properties: str) -> str:
    """A component, or a property of one."""
    return f"/components/schemas/{component}" + "".join(f"/properties/{name}" for name in properties)


def in_both(kind: str, name: str, before: Any, after: Any, breaks: bool = False) -> list[Change]:
    """The same change of what runs are created with, on threads and without."""
    return [
        Change(kind, of("RunCreateStateful", name), before, after, STATEFUL, breaks),
        Change(kind, of("RunCreateStateless", name), before, after, STATELESS, breaks),
    ]


def becomes_a_stream(operation: str) -> list[Change]:
    place = within(operation, "/responses/200/content/")
    return [
        Change(
            "response-content-type-removed", f"{place}application~1json", "application/json", None, [operation], True
        ),
        Change("response-content-type-added", f"{place}text~1event-stream", None, "text/event-stream", [operation]),
    ]


def tells_where_the_run_is(operation: str) -> Change:
    place = within(operation, "/responses/200/headers/Content-Location")
    return Change("response-header-added", place, None, "string", [operation])


def new_stream_mode(mode: str) -> list[Change]:
    return [
        change
        for place in ("stream_mode/anyOf/0/items", "stream_mode/anyOf/1")
        for change in in_both("request-enum-value-added", place, None, mode)
    ]


ANY_FIELD = (
    'array of ("assistant_id" | "created_at" | "kwargs" | "metadata" | "multitask_strategy" | "run_id" | "status" | '
    '"thread_id" | "updated_at")'
)
GOTO = "array of object | array of string | object | string | null"
SENDING = [*STATEFUL, *STATELESS]

PAIRS: dict[tuple[str, str], list[Change]] = {
    ("0.0.1", "0.0.32"): [
        Change("request-property-added", of("Command", "goto"), None, GOTO, SENDING),
        Change(
            "request-property-removed", of("Command", "send"), "array of object | object | null", None, SENDING, True
        ),
        Change(
            "request-type-widened",
            of("Command", "resume"),
            "array | number | object | string | null",
            "anything",
            SENDING,
        ),
        Change("request-type-widened", of("Command", "update"), "object", "array | object | null", SENDING),
        *in_both("request-type-widened", "input", "object | null", "anything"),
        *in_both("request-format-widened", "webhook", "uri", "uri-reference"),
        *becomes_a_stream(STREAM_STATELESS),
        *becomes_a_stream(STREAM),
        *becomes_a_stream(JOIN_STREAM),
        Change(
            "request-parameter-added",
            within(LIST, "/parameters/3"),
            None,
            '"error" | "interrupted" | "pending" | "success" | "timeout"',
            [LIST],
        ),
        Change("request-parameter-added", within(JOIN, "/parameters/2"), None, "boolean", [JOIN]),
    ],
    ("0.0.32", "0.2.0"): [
        *in_both("request-property-added", "checkpoint_during", None, "boolean"),
        Change("request-type-widened", of("Send", "input"), "object", "anything", SENDING),
        Change("operation-added", within(CANCEL_MANY, ""), None, CANCEL_MANY, [CANCEL_MANY]),
    ],
    ("0.2.0", "0.2.60"): [
        *in_both("request-type-widened", "after_seconds", "integer", "number"),
        *in_both("request-default-changed", "checkpoint_during", True, False, breaks=True),
        *in_both("request-property-added", "stream_resumable", None, "boolean"),
        *map(tells_where_the_run_is, [*STATEFUL, CREATE_STATELESS, STREAM_STATELESS, WAIT_STATELESS]),
        Change("request-parameter-added", within(JOIN_STREAM, "/parameters/0"), None, "string", [JOIN_STREAM]),
    ],
    ("0.2.60", "0.2.110"): [
        Change("response-enum-value-added", of("Run", "status"), None, "running", RUNS, True),
        *in_both("request-property-added", "context", None, "object"),
        Change("request-parameter-added", within(JOIN_STREAM, "/parameters/3"), None, "boolean", [JOIN_STREAM]),
        Change("request-parameter-added", within(JOIN_STREAM, "/parameters/4"), None, "string", [JOIN_STREAM]),
    ],
    ("0.2.110", "0.4.20"): [
        *in_both("request-property-added", "durability", None, '"async" | "exit" | "sync"'),
        Change(
            "request-default-changed",
            of("RunCreateStateful", "multitask_strategy"),
            "reject",
            "enqueue",
            STATEFUL,
            True,
        ),
        *new_stream_mode("checkpoints"),
        *new_stream_mode("tasks"),
        Change("request-parameter-added", within(LIST, "/parameters/3"), None, ANY_FIELD, [LIST]),
    ],
    ("0.4.20", "0.4.48"): [],
    ("0.4.48", "0.6.10"): [
        *in_both("request-default-changed", "on_disconnect", "cancel", "continue", breaks=True),
        Change(
            "request-property-removed",
            of("RunCreateStateless", "interrupt_before"),
            'array of string | "*"',
            None,
            STATELESS,
            True,
        ),
        Change(
            "request-property-removed",
            of("RunCreateStateless", "interrupt_after"),
            'array of string | "*"',
            None,
            STATELESS,
            True,
        ),
    ],
    ("0.6.10", "0.7.60"): [
        Change("response-type-changed", of("ErrorResponse"), "string", "object", FAILING, True),
        *in_both("request-deprecated", "checkpoint_during", False, True),
    ],
    ("0.7.60", "0.8.3"): [
        # `on_disconnect` moved to what streams and waits are created with: the others lost it.
        Change(
            "request-property-removed",
            of("RunCreateStateful", "on_disconnect"),
            '"cancel" | "continue"',
            None,
            [CREATE],
            True,
        ),
        Change(
            "request-property-removed",
            of("RunCreateStateless", "on_disconnect"),
            '"cancel" | "continue"',
            None,
            [CREATE_STATELESS, BATCH],
            True,
        ),
        Change("request-enum-value-added", within(LIST, "/parameters/4/schema"), None, "running", [LIST]),
    ],
    ("0.8.3", "0.12.0"): [
        Change("response-property-added", of("Run", "langsmith_session_name"), None, "string | null", RUNS),
        Change(
            "request-enum-value-added",
            within(LIST, "/parameters/3/schema/items"),
            None,
            "langsmith_session_name",
            [LIST],
        ),
    ],
    ("0.12.0", "0.16.7"): [],
}


def published(version: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PUBLISHED / f"langgraph-api-{version}.json").read_text(encoding="utf-8"))
    return document


def as_read(finding: Finding) -> Change:
    """A finding as a reader writes it down."""
    return Change(
        finding.change,
        finding.pointer,
        finding.before,
        finding.after,
        sorted(finding.operations),
        finding.breaking,
    )


@pytest.mark.parametrize("versions", PAIRS, ids=" to ".join)
def test_a_pair_of_published_contracts(versions: tuple[str, str]) -> None:
    found = [as_read(finding) for finding in diff(*map(published, versions))]
    expected = [change._replace(operations=sorted(change.operations)) for change in PAIRS[versions]]
    for change in expected:
        assert change in found
        found.remove(change)
    assert found == [], "nobody expected these"


@pytest.mark.parametrize("versions", PAIRS, ids=" to ".join)
def test_each_finding_can_be_looked_up(versions: tuple[str, str]) -> None:
    before, after = map(published, versions)
    for finding in diff(before, after):
        node: Any = before if finding.change.endswith("-removed") and finding.after is None else after
        for key in finding.pointer.split("/")[1:]:
            node = node[int(key) if isinstance(node, list) else key.replace("~1", "/").replace("~0", "~")]
        assert finding.members, "every operation is called by a method"
