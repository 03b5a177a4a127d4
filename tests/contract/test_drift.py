"""How published contracts differ from ours: what is known and why, and what is news."""

from __future__ import annotations

import copy
import importlib.metadata
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runs_client.spec._contract import ContractError
from runs_client.spec._drift import Drift, drift, read_reasons
from runs_client.spec._upstreams import corrected, read_published, reasons_for, shipped_contract
from tests.contract.contracts import OPENAPI

OFFICIAL = OPENAPI / "upstreams/langgraph-api.json"
AEGRA = Path(__file__).parent / "published/aegra-api-0.11.0.json"


def drift_of(document: dict[str, Any], upstream: str) -> Drift:
    published, unused = corrected(document, upstream)
    assert not unused
    return drift(shipped_contract(), published, reasons_for(upstream))


def test_ours_has_all_that_the_official_contract_has_or_says_why() -> None:
    """Every operation, parameter, property and value, both ways."""
    found = drift_of(json.loads(OFFICIAL.read_bytes()), "langgraph-api")
    assert found.unknown == ()
    assert found.stale == ()


def remove_run_status(document: dict[str, Any]) -> None:
    run = document["components"]["schemas"]["Run"]
    del run["properties"]["status"]
    run["required"].remove("status")


def add_run_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Run"]["properties"]["cost"] = {"type": "number"}


def remove_status_value(document: dict[str, Any]) -> None:
    query = document["paths"]["/threads/{thread_id}/runs"]["get"]["parameters"]
    (status,) = (parameter for parameter in query if parameter["name"] == "status")
    status["schema"]["enum"].remove("timeout")


def remove_durability_value(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["RunCreateStateful"]["properties"]["durability"]["enum"].remove("exit")


def add_create_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["RunCreateStateful"]["properties"]["priority"] = {"type": "integer"}


def remove_join(document: dict[str, Any]) -> None:
    del document["paths"]["/threads/{thread_id}/runs/{run_id}/join"]


CREATE = ("create", "stream", "wait")


@pytest.mark.parametrize(
    ("change", "kind", "subject", "members"),
    [
        (remove_run_status, "response-required-property-removed", "Run.status", ("create", "get", "list")),
        (add_run_field, "response-property-added", "Run.cost", ("create", "get", "list")),
        (remove_status_value, "request-enum-value-removed", "query parameter status", ("list",)),
        (remove_durability_value, "request-enum-value-removed", "RunCreateStateful.durability", CREATE),
        (add_create_field, "request-property-added", "RunCreateStateful.priority", CREATE),
        (remove_join, "operation-removed", "operation", ("join",)),
    ],
)
def test_news_are_found_among_what_is_known(
    change: Callable[[dict[str, Any]], None], kind: str, subject: str, members: tuple[str, ...]
) -> None:
    document = json.loads(OFFICIAL.read_bytes())
    change(document)
    found = drift_of(document, "langgraph-api")
    assert [(finding.change, finding.subject) for finding in found.unknown] == [(kind, subject)]
    assert set(members) <= set(found.unknown[0].members)


def test_what_a_server_lacks_is_told() -> None:
    found = drift_of(json.loads(AEGRA.read_bytes()), "aegra-api")
    told = {(finding.change, finding.subject): finding for finding in found.unknown}
    assert ("operation-removed", "operation") in told
    assert ("operation-added", "operation") in told  # PATCH of a run
    assert told["request-property-removed", "RunOptions.stream_resumable"].breaking
    assert "operation-id-changed" not in {change for change, _ in told}


def test_the_contract_itself_has_no_drift() -> None:
    assert drift(shipped_contract(), shipped_contract(), []) == Drift((), (), ())


def test_whose_contract_it_is(tmp_path: Path) -> None:
    for title, upstream in (
        ("LangSmith Deployment", "langgraph-api"), ("Aegra", "aegra-api"), ("Other", None), (None, None),
    ):  # fmt: skip
        document = json.loads(OFFICIAL.read_bytes())
        document["info"] = {"version": "1", **({"title": title} if title else {})}
        file = tmp_path / "api.json"
        file.write_text(json.dumps(document))
        assert read_published(str(file)).upstream == upstream
        assert read_published(str(file), "aegra-api").upstream == "aegra-api"
        with pytest.raises(ContractError, match="nobody is no known upstream: they are aegra-api, langgraph-api"):
            read_published(str(file), "nobody")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("change: x", "must be a list"),
        ("- change: x", "entry 1 of .* must have a `change` and a `reason`"),
        ("- reason: x", "entry 1"),
        ("- {reason: x, change: y}\n- {reason: x, change: y, place: z}", "entry 2"),
    ],
)
def test_reasons_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "reasons.yaml"
    file.write_text(text)
    with pytest.raises(ContractError, match=message):
        read_reasons(file)


def test_a_reason_that_explains_nothing_is_stale(tmp_path: Path) -> None:
    file = tmp_path / "reasons.yaml"
    file.write_text("- {change: operation-added, reason: why not}\n- {change: '*', subject: Run.cost, reason: new}")
    document = copy.deepcopy(shipped_contract())
    document["components"]["schemas"]["Run"]["properties"]["cost"] = {"type": "number"}
    found = drift(shipped_contract(), document, read_reasons(file))
    assert [(finding.subject, known.reason) for finding, known in found.known] == [("Run.cost", "new")]
    assert [known.reason for known in found.stale] == ["why not"]
    assert found.unknown == ()


def test_the_installed_official_server_is_the_one_that_was_looked_at() -> None:
    """A newer one is told, and fails nothing: `make sync` is what it takes."""
    seen = json.loads(OFFICIAL.read_bytes())["info"]["x-source"]
    folders = [str(folder) for folder in (OPENAPI.parent / ".venv-official/lib").glob("python*/site-packages")]
    (installed,) = importlib.metadata.distributions(name="langgraph-api", path=folders)
    if seen != f"langgraph-api=={installed.version}":
        pytest.xfail(f"the contract was last compared with {seen}, and {installed.version} is here: run `make sync`")
