"""What a change of the contract is to Python code that uses the bindings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runs_client.spec._contract import ContractError
from runs_client.spec._surface import PythonChange, python_changes

from .contracts import Change, generate


@pytest.fixture(scope="module")
def bindings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("before"), lambda _: None)


def add_a_response_field(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["Run"]["properties"]["priority"] = {"type": "integer"}


def add_an_optional_body_field(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunOptions"]["properties"]["priority"] = {"type": "integer"}


def require_a_body_field(contract: dict[str, Any]) -> None:
    target = contract["components"]["schemas"]["RunTarget"]
    target["properties"]["region"] = {"type": "string"}
    target["required"].append("region")


def change_a_type(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunConfig"]["properties"]["recursion_limit"] = {"type": "string"}


def remove_an_enum_value(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunStatus"]["enum"].remove("timeout")


def require_a_parameter(contract: dict[str, Any]) -> None:
    parameters = contract["paths"]["/threads/{thread_id}/runs"]["get"]["parameters"]
    parameters.append({"name": "region", "in": "query", "required": True, "schema": {"type": "string"}})


def change_a_default(contract: dict[str, Any]) -> None:
    contract["paths"]["/threads/{thread_id}/runs"]["get"]["parameters"][0]["schema"]["default"] = 20


def swap_the_parts_of_a_path(contract: dict[str, Any]) -> None:
    paths = contract["paths"]
    paths["/runs/{run_id}/of/{thread_id}/join"] = paths.pop("/threads/{thread_id}/runs/{run_id}/join")


def change_what_is_answered(contract: dict[str, Any]) -> None:
    responses = contract["paths"]["/runs/batch"]["post"]["responses"]
    responses["200"]["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Run"}


def remove_an_operation(contract: dict[str, Any]) -> None:
    del contract["paths"]["/runs/batch"]


def add_an_operation_and_its_model(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunLog"] = {
        "title": "RunLog",
        "type": "object",
        "properties": {"text": {"type": "string"}},
    }
    contract["paths"]["/runs/{run_id}/log"] = {
        "parameters": [{"$ref": "#/components/parameters/RunId"}],
        "get": {
            "operationId": "get_run_log",
            "tags": ["Runs"],
            "responses": {
                "200": {
                    "description": "The log.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RunLog"}}},
                }
            },
        },
    }


def at(*paths: str) -> tuple[str, ...]:
    return tuple(sorted(f"runs_bindings.{path}" for path in paths))


def functions(operation: str, end: str = "") -> tuple[str, ...]:
    names = ("sync", "sync_detailed", "asyncio", "asyncio_detailed")
    return at(*(f"api.runs.{operation}.{name}{end}" for name in names))


BODIES = {
    "stateless_run_create": "StatelessRunCreate",
    "stateless_run_create_attached": "StatelessRunCreateAttached",
    "thread_run_create": "ThreadRunCreate",
    "thread_run_create_attached": "ThreadRunCreateAttached",
}
TARGETS = {"run_target": "RunTarget", **BODIES}
OPTIONS = {
    "run_options": "RunOptions",
    "stateless_run_options": "StatelessRunOptions",
    "thread_run_options": "ThreadRunOptions",
    **BODIES,
}


def models(classes: dict[str, str], field: str) -> tuple[str, ...]:
    return at(*(f"models.{module}.{name}.{field}" for module, name in classes.items()))


def payloads(classes: dict[str, str], field: str) -> tuple[str, ...]:
    return at(*(f"payloads.{name}Payload.{field}" for name in classes.values()))


ADDED = "int | Unset = UNSET"
LIMIT = ("int | Unset = 10", "int | Unset = 20")
STEPS = "models.run_config.RunConfig.recursion_limit"
TIMEOUT = "models.run_status.RunStatus['timeout']"

EXPECTED: dict[Change, list[PythonChange]] = {
    add_a_response_field: [
        PythonChange(at("models.run.Run.priority"), "field-added", None, ADDED, breaking=False),
    ],
    add_an_optional_body_field: [
        PythonChange(models(OPTIONS, "priority"), "field-added", None, ADDED, breaking=False),
        PythonChange(payloads(OPTIONS, "priority"), "field-added", None, "int | None", breaking=False),
    ],
    require_a_body_field: [
        PythonChange(models(TARGETS, "region"), "field-added", None, "str", breaking=True),
        PythonChange(payloads(TARGETS, "region"), "field-added", None, "Required[str]", breaking=True),
    ],
    change_a_type: [
        PythonChange(at(STEPS), "field-changed", "int | Unset = UNSET", "str | Unset = UNSET", breaking=True),
        PythonChange(
            at("payloads.RunConfigPayload.recursion_limit"), "field-changed", "int | None", "str | None", breaking=True
        ),
    ],
    remove_an_enum_value: [
        PythonChange(at(TIMEOUT), "value-removed", "'timeout'", None, breaking=True),
    ],
    require_a_parameter: [
        PythonChange(functions("list_runs", "(region)"), "parameter-added", None, "str", breaking=True),
        PythonChange(
            at("api.runs.list_runs.build_request(region)"), "parameter-added", None, "str | None = None", breaking=False
        ),
        PythonChange(at("parameters.ListRunsParameters.region"), "field-added", None, "str | None", breaking=False),
    ],
    change_a_default: [
        PythonChange(functions("list_runs", "(limit)"), "parameter-changed", *LIMIT, breaking=True),
    ],
    remove_an_operation: [
        PythonChange(at("api.runs.create_run_batch"), "module-removed", None, None, breaking=True),
    ],
    add_an_operation_and_its_model: [
        PythonChange(at("api.runs.get_run_log"), "module-added", None, None, breaking=False),
        PythonChange(at("models.run_log"), "module-added", None, None, breaking=False),
    ],
}


@pytest.mark.parametrize("change", EXPECTED)
def test_each_difference_is_named_once_and_back_again(bindings: Path, tmp_path: Path, change: Change) -> None:
    changed = generate(tmp_path, change)
    assert python_changes(bindings, changed) == EXPECTED[change]
    back = [(item.where, item.before, item.after) for item in python_changes(changed, bindings)]
    assert back == [(item.where, item.after, item.before) for item in EXPECTED[change]]


def test_parts_of_a_path_that_change_places_break_positional_calls(bindings: Path, tmp_path: Path) -> None:
    changes = python_changes(bindings, generate(tmp_path, swap_the_parts_of_a_path))
    assert {(item.change, item.before, item.after, item.breaking) for item in changes} == {
        ("parameters-moved", "(thread_id, run_id)", "(run_id, thread_id)", True)
    }
    assert [place for item in changes for place in item.where] == [
        *at("api.runs.join_run.asyncio", "api.runs.join_run.asyncio_detailed", "api.runs.join_run.build_request"),
        *at("api.runs.join_run.sync", "api.runs.join_run.sync_detailed"),
    ]


def test_another_answer_breaks_who_reads_it(bindings: Path, tmp_path: Path) -> None:
    changes = python_changes(bindings, generate(tmp_path, change_what_is_answered))
    results = [
        (item.before, item.after) for item in changes if item.where == at("api.runs.create_run_batch.parse_result")
    ]
    assert results == [("-> list[Run]", "-> Run")]
    assert all(item.change == "function-changed" and item.breaking for item in changes)


def test_the_same_package_has_no_changes(bindings: Path, tmp_path: Path) -> None:
    assert python_changes(bindings, generate(tmp_path, lambda _: None)) == []


def package(folder: Path, code: str) -> Path:
    folder = folder / "bindings"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(code)
    return folder


PAYLOAD = "from typing_extensions import Required, TypedDict\nclass P(TypedDict, total=False):\n    a: {}\n"
MODEL = "from attrs import define\n@define\nclass M:\n    a: {}\n"
FUNCTION = "def f(a: {}) -> None: ...\n"
RESULT = "def f() -> {}: ...\n"


@pytest.mark.parametrize(
    ("code", "narrow", "wide", "widening_breaks", "narrowing_breaks"),
    [
        (PAYLOAD, "int", "int | str", False, True),
        (PAYLOAD, "Required[int]", "int", False, True),
        (PAYLOAD, "int", "Any", False, True),
        (FUNCTION, "int", "int | str", False, True),
        (FUNCTION, "int", "int = 1", False, True),
        (RESULT, "int", "int | str", True, False),
        (MODEL, "int", "int | str", True, True),
        (MODEL, "int", "int | None = None", True, True),
    ],
)
def test_who_reads_and_who_writes_decides(
    tmp_path: Path, code: str, narrow: str, wide: str, widening_breaks: bool, narrowing_breaks: bool
) -> None:
    before = package(tmp_path / "narrow", code.format(narrow))
    after = package(tmp_path / "wide", code.format(wide))
    assert [item.breaking for item in python_changes(before, after)] == [widening_breaks]
    assert [item.breaking for item in python_changes(after, before)] == [narrowing_breaks]


def test_the_order_of_a_union_is_no_change(tmp_path: Path) -> None:
    before = package(tmp_path / "before", RESULT.format("int | str"))
    assert python_changes(before, package(tmp_path / "after", RESULT.format("str | int"))) == []


def test_nothing_is_imported(tmp_path: Path) -> None:
    code = "raise SystemExit('imported')\ndef f() -> None: ...\n"
    assert python_changes(package(tmp_path / "before", code), package(tmp_path / "after", code)) == []


def test_what_only_looks_like_a_package_is_refused(bindings: Path, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"nowhere is not a Python package$"):
        python_changes(bindings, tmp_path / "nowhere")
    with pytest.raises(ContractError, match=r"__init__\.py is not valid Python: line 2: "):
        python_changes(bindings, package(tmp_path, "a = 1\n<<<<<<< ours\n"))
