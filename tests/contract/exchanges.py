"""Requests that schemathesis makes of the contract, and what a server answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import BaseSchema, GenerationMode, Response
from schemathesis.errors import FailureGroup

from runs_client.spec._contract import Operation, body_fields, operations, read_contract
from tests.contract.contracts import OPENAPI

Case: TypeAlias = "schemathesis.Case[Any]"

# By value, because type checkers for Python 3.10 do not see that it is an enumeration.
POSITIVE, NEGATIVE = GenerationMode("positive"), GenerationMode("negative")

# How many requests of each kind are sent for an operation.
VALID = 20
VALID_BUT_FOR_IDS = 5
INVALID = 8

AT_ONCE = 16
SECONDS = 30.0


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        case: The request.
        has_real_ids: Whether it fits the contract, and names a thread, a run and an assistant that exist.
        response: The answer.
        failures: What is wrong with the answer, in the names that schemathesis has for it.
        report: The same in words, and how to send the request again.
    """

    case: Case
    has_real_ids: bool
    response: Response
    failures: frozenset[str]
    report: str

    @property
    def operation(self) -> str:
        return str(self.case.operation.label)


def exchanges_with(url: str) -> list[Exchange]:
    """Send a server requests for every operation of the contract.

    Most fit the contract and name things that exist, some name things that do not, and some have a body that the
    contract forbids. They are drawn with a fixed seed. Even so they change with the project's code, because Hypothesis
    also draws constants that it finds there.
    """
    with httpx.Client(base_url=url, timeout=SECONDS) as http:
        return [exchange for operation in operations(_contract()) for exchange in _exchanges(operation, http)]


def exchange_with(url: str, label: str, *, has_real_ids: bool, **parts: Any) -> Exchange:
    """Send a server one request that fits the contract and has these `path_parameters`, `query` or `body`."""
    [operation] = [operation for operation in operations(_contract()) if operation.label == label]
    [case] = _cases(operation, POSITIVE, 1, **parts)
    with httpx.Client(base_url=url, timeout=SECONDS) as http:
        return _exchange(http, case, has_real_ids)


def run_payloads(case: Case) -> list[dict[str, Any]]:
    """The objects in the body of a request: one, or each of a batch."""
    objects = case.body if isinstance(case.body, list) else [case.body]
    return [value for value in objects if isinstance(value, dict)]


def has_uuids(case: Case) -> bool:
    """Whether the ids in the path of a request are UUIDs."""
    try:
        return all(UUID(value) for value in case.path_parameters.values())
    except ValueError:
        return False


@cache
def _schema() -> BaseSchema:
    schema = schemathesis.openapi.from_dict(_contract())
    schema.config.generation.allow_x00 = False  # the official server keeps text in PostgreSQL, which holds no NUL
    schema.config.checks.negative_data_rejection.enabled = False  # servers may take more than they must
    return schema


@cache
def _contract() -> dict[str, Any]:
    """The contract without the openness that would let any answer pass."""
    contract = read_contract(OPENAPI / "runs.yaml")
    components = contract["components"]
    for name in ("Run", "ErrorBody"):
        components["schemas"][name]["additionalProperties"] = False
    for path_item in contract["paths"].values():
        for method in path_item.keys() - {"parameters"}:
            del path_item[method]["responses"]["default"]
    components["schemas"]["RunBatchCreate"]["maxItems"] = 3  # enough, and soon done
    # Schemathesis would take it for the schema of an event, which is no string.
    components["responses"]["EventStream"]["content"]["text/event-stream"] = {}
    return contract


def _exchanges(operation: Operation, http: httpx.Client) -> list[Exchange]:
    cases = [(case, True) for case in _harmless_cases(operation, POSITIVE, VALID)]
    if "{" in operation.path:
        cases += [(case, False) for case in _harmless_cases(operation, POSITIVE, VALID_BUT_FOR_IDS)]
    if body_fields(_contract(), operation):
        cases += [(case, False) for case in _harmless_cases(operation, NEGATIVE, INVALID)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(_exchange, http), *zip(*cases, strict=True)))


def _harmless_cases(operation: Operation, mode: GenerationMode, count: int) -> Iterator[Case]:
    for case in _cases(operation, mode, count):
        for run in run_payloads(case):
            for field in _fields_of_other_operations(operation):
                run.pop(field, None)  # servers may read it without a check
            run.pop("webhook", None)  # the server would call it
            if type(run.get("after_seconds")) in (int, float):
                run["after_seconds"] %= 0.1  # the server would wait
            if not isinstance(run.get("langsmith_tracer"), dict):
                run.pop("langsmith_tracer", None)  # the contract forbids it, and the official server breaks down
        yield case


def _fields_of_other_operations(operation: Operation) -> set[str]:
    fields = {field for other in operations(_contract()) for field in body_fields(_contract(), other)}
    return fields - set(body_fields(_contract(), operation))


def _cases(operation: Operation, mode: GenerationMode, count: int, **parts: Any) -> list[Case]:
    cases: list[Case] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(_schema()[operation.path][operation.method].as_strategy(generation_mode=mode, **parts))
    def collect(case: Case) -> None:
        cases.append(case)

    collect()
    return cases


def _exchange(http: httpx.Client, case: Case, has_real_ids: bool) -> Exchange:
    if has_real_ids:
        _use_real_ids(http, case)
    response = case.call(base_url=str(http.base_url), timeout=SECONDS)
    try:
        case.validate_response(response)
    except FailureGroup as group:
        names = frozenset(type(failure).__name__ for failure in group.exceptions)
        return Exchange(case, has_real_ids, response, names, str(group))
    return Exchange(case, has_real_ids, response, frozenset(), "")


def _use_real_ids(http: httpx.Client, case: Case) -> None:
    if case.path == "/runs/cancel":
        thread_id, run_id = _new_run(http, after_seconds=SECONDS)
        for body in run_payloads(case):
            if "run_ids" in body:
                body |= {"thread_id": thread_id, "run_ids": [run_id]}
        return
    for run in run_payloads(case):
        run["assistant_id"] = "echo"
        if "checkpoint_id" in run:
            run["checkpoint_id"] = str(uuid4())
    if case.path == "/runs/{run_id}/stream":
        run = _post(http, "/runs", assistant_id="echo", input={}, on_completion="keep")
        case.path_parameters["run_id"] = run["run_id"]
    elif case.path_parameters:
        thread_id, run_id = _new_run(http, after_seconds=SECONDS if case.path.endswith("/cancel") else 0)
        ids = {"thread_id": thread_id, "run_id": run_id}
        case.path_parameters |= {name: ids[name] for name in case.path_parameters}


def _new_run(http: httpx.Client, *, after_seconds: float) -> tuple[str, str]:
    """The ids of a new thread and of a run on it."""
    thread_id = _post(http, "/threads")["thread_id"]
    run = _post(http, f"/threads/{thread_id}/runs", assistant_id="echo", input={}, after_seconds=after_seconds)
    return thread_id, run["run_id"]


def _post(http: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    created: dict[str, Any] = http.post(path, json=body).raise_for_status().json()
    return created
