"""Plain data to a user's types: every kind of type, what does not fit, and libraries that are missing."""

from __future__ import annotations

import copy
import enum
import pickle
import subprocess
import sys
import typing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import attrs
import msgspec
import orjson
import pydantic
import pytest
import typing_extensions

from runs_client import DataDecodeError, InvalidRequestError, UpdatesPart, ValuesPart
from runs_client._decoding import Decoding
from runs_client._parts import part_from_event
from runs_client._sse import ServerSentEvent


class Kind(str, enum.Enum):
    NEW = "new"


class ItemModel(pydantic.BaseModel):
    name: str


class StateModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    count: int
    items: list[ItemModel] = []
    due: date | None = None
    kind: Kind | None = None


@dataclass
class ItemDataclass:
    name: str


@dataclass
class StateDataclass:
    count: int
    items: list[ItemDataclass] = field(default_factory=list)
    due: date | None = None
    kind: Kind | None = None


class ItemDict(typing.TypedDict):
    name: str


class StateDict(typing.TypedDict, total=False):  # pydantic alone refuses it before Python 3.12
    count: typing_extensions.Required[int]
    items: list[ItemDict]
    due: date
    kind: Kind


class ItemDictOfExtensions(typing_extensions.TypedDict):
    name: str


class StateDictOfExtensions(typing_extensions.TypedDict, total=False):
    count: typing_extensions.Required[int]
    items: list[ItemDictOfExtensions]
    due: date
    kind: Kind


@attrs.define
class ItemAttrs:
    name: str


@attrs.define
class StateAttrs:
    count: int
    items: list[ItemAttrs] = attrs.field(factory=list)
    due: date | None = None
    kind: Kind | None = None


class ItemStruct(msgspec.Struct):
    name: str


class StateStruct(msgspec.Struct, forbid_unknown_fields=True):
    count: int
    items: list[ItemStruct] = []
    due: date | None = None
    kind: Kind | None = None


TYPES = [StateModel, StateDataclass, StateDict, StateDictOfExtensions, StateAttrs, StateStruct]
ITEMS: dict[Any, Any] = {
    StateModel: ItemModel,
    StateDataclass: ItemDataclass,
    StateAttrs: ItemAttrs,
    StateStruct: ItemStruct,
}
WHOLE = {"count": 1, "items": [{"name": "a"}], "due": "2026-11-23", "kind": "new"}


ContentT = typing.TypeVar("ContentT")


class Box(msgspec.Struct, typing.Generic[ContentT]):
    content: ContentT


@attrs.define
class AttrsBox(typing.Generic[ContentT]):
    content: ContentT


@attrs.define
class AllOptional:
    text: str = ""
    share: float = 0.0


def part(decoding: Decoding[Any, Any, Any], name: str, data: Any, event_id: str | None = "7") -> Any:
    return decoding.part_from_event(ServerSentEvent(name, orjson.dumps(data), event_id))


def states_of(kind: Any) -> Decoding[Any, Any, Any]:
    return Decoding(kind, None, None)


def updates_of(kind: Any) -> Decoding[Any, Any, Any]:
    return Decoding(None, kind, None)


def test_without_types_the_plain_function_builds_the_parts() -> None:
    assert Decoding(None, None, None).part_from_event is part_from_event


@pytest.mark.parametrize("kind", TYPES)
def test_each_kind_of_type(kind: Any) -> None:
    state = part(states_of(kind), "values", WHOLE).data
    item = ITEMS.get(kind, dict)(name="a")
    assert state == kind(count=1, items=[item], due=date(2026, 11, 23), kind=Kind.NEW)
    if typing_extensions.is_typeddict(kind):
        assert (type(state), type(state["kind"])) == (dict, Kind)
    else:
        assert (type(state), type(state.kind)) == (kind, Kind)


@pytest.mark.parametrize("kind", TYPES)
def test_what_does_not_fit_names_the_event_and_the_field(kind: Any) -> None:
    data = {"count": 1, "items": [{"name": "a"}, {"name": 3}]}
    with pytest.raises(DataDecodeError) as caught:
        part(states_of(kind), "values", data)
    error = caught.value
    assert (error.event, error.event_id, error.data) == ("values", "7", data)
    assert list(error.fields) == ["items[1].name"]
    assert str(error).startswith(f"the data of event 'values' (id 7) cannot be decoded as {kind.__name__}: items[1].na")
    assert "\n" not in str(error)


@pytest.mark.parametrize("kind", TYPES)
def test_a_field_that_is_missing(kind: Any) -> None:
    with pytest.raises(DataDecodeError, match="(?i)count.*(missing|required)|(missing|required).*count") as caught:
        part(states_of(kind), "values", {"items": []})
    assert list(caught.value.fields) == ["count"]
    with pytest.raises(DataDecodeError) as caught:
        part(states_of(kind), "values", {"count": 1, "items": [{"name": "a"}, {}]})
    assert list(caught.value.fields) == ["items[1].name"]


def test_a_field_that_must_not_be_there() -> None:
    with pytest.raises(DataDecodeError) as caught:
        part(states_of(StateStruct), "values", {"count": 1, "more": 2})
    assert list(caught.value.fields) == ["more"]


@pytest.mark.parametrize("kind", [*TYPES, AllOptional])
@pytest.mark.parametrize("data", [None, [1], "text", 3])
def test_data_that_are_no_object(kind: Any, data: Any) -> None:
    with pytest.raises(DataDecodeError) as caught:
        part(states_of(kind), "values", data)
    assert list(caught.value.fields) == [""]


@pytest.mark.parametrize("kind", TYPES)
def test_the_keys_of_the_server_are_left_out_and_stay_raw(kind: Any) -> None:
    data = {"count": 1, "__interrupt__": [{"value": "ready?"}]}
    decoded = part(states_of(kind), "values", data)
    assert decoded.data == kind(count=1)
    assert decoded.raw == data


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda part: pickle.loads(pickle.dumps(part))])
def test_raw_is_copied_with_the_part(copied: Any) -> None:
    twin = copied(part(states_of(StateDataclass), "values", {"count": 1}))
    assert (twin, twin.raw) == (ValuesPart(StateDataclass(1), id="7"), {"count": 1})


def test_the_raw_data_of_a_plain_part() -> None:
    assert ValuesPart({"count": 1}).raw == {"count": 1}


@pytest.mark.parametrize("kind", TYPES)
def test_updates_are_decoded_per_node(kind: Any) -> None:
    data = {"a": {"count": 1}, "b": None, "c": [{"count": 2}, {"count": 3}], "__interrupt__": [{"value": 1}]}
    decoded = part(updates_of(kind), "updates", data)
    assert decoded.data == {
        "a": kind(count=1),
        "b": None,
        "c": [kind(count=2), kind(count=3)],
        "__interrupt__": [{"value": 1}],
    }
    assert decoded.raw == data


def test_errors_of_updates_name_the_node() -> None:
    with pytest.raises(DataDecodeError, match="a.count") as caught:
        part(updates_of(StateModel), "updates", {"a": {"count": "x"}})
    assert list(caught.value.fields) == ["a.count"]
    with pytest.raises(DataDecodeError) as caught:
        part(updates_of(StateModel), "updates", {"a": [{"count": 1}, 3]})
    assert list(caught.value.fields) == ["a[1]"]
    with pytest.raises(DataDecodeError) as caught:
        part(updates_of(list[int]), "updates", {"a": [[1, "x"]]})
    assert list(caught.value.fields) == ["a[0][1]"]


def test_each_type_is_for_its_own_event() -> None:
    decoding = Decoding(StateModel, StateStruct, int)
    assert part(decoding, "values", {"count": 1}).data == StateModel(count=1)
    assert part(decoding, "updates", {"a": {"count": 1}}).data == {"a": StateStruct(1)}
    assert part(decoding, "custom", 3).data == 3
    assert part(decoding, "tasks", {"count": "x"}).data == {"count": "x"}
    with pytest.raises(DataDecodeError, match="custom"):
        part(decoding, "custom", {"tick": 1})


def test_the_parts_of_subgraphs_stay_plain() -> None:
    decoded = part(Decoding(StateModel, StateModel, None), "updates|child:1", {"node": {"other": 1}})
    assert decoded == UpdatesPart({"node": {"other": 1}}, ("child:1",), "7")


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (int | list[str], ["a"], ["a"]),
        (dict[str, date], {"a": "2026-11-23"}, {"a": date(2026, 11, 23)}),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (typing.Optional[int], None, None),  # noqa: UP045
        (UUID, "12345678-1234-5678-1234-567812345678", UUID("12345678-1234-5678-1234-567812345678")),
        (datetime, "2026-11-23T10:00:00", datetime(2026, 11, 23, 10)),
    ],
)
def test_other_types(kind: Any, data: Any, expected: Any) -> None:
    assert part(Decoding(None, None, kind), "custom", data).data == expected


def test_generic_types(monkeypatch: pytest.MonkeyPatch) -> None:
    assert part(Decoding(None, None, Box[dict[int, str]]), "custom", {"content": {"1": "a"}}).data == Box({1: "a"})
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert part(Decoding(None, None, AttrsBox[int]), "custom", {"content": 1}).data == AttrsBox(1)


def test_a_function_makes_the_type() -> None:
    def parse(data: dict[str, Any]) -> StateDataclass:
        return StateDataclass(data["n"])

    assert part(states_of(parse), "values", {"n": 3, "__interrupt__": []}).data == StateDataclass(3)
    with pytest.raises(DataDecodeError, match="cannot be decoded as parse: KeyError: 'n'"):
        part(states_of(parse), "values", {})


def test_what_a_function_raises_may_name_the_field() -> None:
    validate = pydantic.TypeAdapter(dict[str, int]).validate_python
    with pytest.raises(DataDecodeError) as caught:
        part(Decoding(None, None, validate), "custom", {"a": 1, "b": "x"})
    assert list(caught.value.fields) == ["b"]


def test_cattrs_coerces_nothing() -> None:
    for data in ({"text": None}, {"text": 3}, {"share": "0.5"}, {"share": True}):
        with pytest.raises(DataDecodeError):
            part(states_of(AllOptional), "values", data)
    assert part(states_of(AllOptional), "values", {"share": 1}).data == AllOptional(share=1.0)


def test_the_message_stays_short_but_the_error_has_everything() -> None:
    data = {"count": 1, "items": [{"name": number} for number in range(100)]}
    with pytest.raises(DataDecodeError, match=r"items\[2\].name: .* \(and 97 more\)$") as caught:
        part(states_of(StateModel), "values", data)
    assert len(caught.value.fields) == 100
    assert "items[3]" not in str(caught.value)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (str(copied), copied.fields, copied.data) == (str(caught.value), caught.value.fields, data)


def test_the_final_state_of_a_run() -> None:
    decoding = states_of(StateModel)
    assert decoding.final_state({"count": 1, "__interrupt__": []}, "r") == StateModel(count=1)
    failure = {"__error__": {"error": "ValueError", "message": "no luck"}}
    assert decoding.final_state(failure, "r") is failure
    with pytest.raises(
        DataDecodeError, match="the final state of run r cannot be decoded as StateModel: count: "
    ) as it:
        decoding.final_state({"count": "x"}, "r")
    assert (it.value.event, it.value.event_id, it.value.data) == (None, None, {"count": "x"})
    assert Decoding(None, None, None).final_state({"__interrupt__": []}, "r") == {"__interrupt__": []}


class Unknown:
    """No library knows how to make one."""


@pytest.mark.parametrize(
    ("argument", "kind", "missing", "expected"),
    [
        (
            "state_type",
            StateAttrs,
            ["cattrs", "msgspec"],
            "make StateAttrs from JSON: pip install cattrs or msgspec, or",
        ),
        (
            "update_type",
            StateDict,
            ["pydantic", "msgspec"],
            "make StateDict from JSON: pip install pydantic or msgspec",
        ),
        ("custom_type", int, ["pydantic", "msgspec"], "cannot make int from JSON: pip install pydantic or msgspec, or"),
        (
            "state_type",
            Unknown,
            [],
            "cannot make Unknown from JSON: pydantic says: .*; msgspec says: .* pass a function",
        ),
        ("state_type", Unknown, ["pydantic"], "msgspec says: the type is not supported; pip install pydantic, or pass"),
    ],
)
def test_a_type_that_nothing_can_make(
    argument: str, kind: Any, missing: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in missing:
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InvalidRequestError, match=f"^{argument}: .*{expected}"):
        Decoding(**{"state_type": None, "update_type": None, "custom_type": None, argument: kind})


@pytest.mark.parametrize("missing", ["pydantic", "cattrs"])
@pytest.mark.parametrize("kind", [StateDataclass, StateDict, StateAttrs])
def test_msgspec_takes_the_place_of_a_library_that_is_missing(
    kind: Any, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert part(states_of(kind), "values", {"count": 1}).data == kind(count=1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class T(msgspec.Struct): a: int", {"msgspec"}),
        ("class T(pydantic.BaseModel): a: int", {"pydantic"}),
        ("@attrs.define\nclass T: a: int", {"attrs", "cattrs"}),
        ("def T(data): return data", set()),
        ("T = None", set()),
    ],
)
def test_only_the_library_that_owns_the_type_is_imported(code: str, expected: set[str]) -> None:
    imports = "\n".join(f"import {name}" for name in ("msgspec", "pydantic", "attrs") if f"{name}." in code)
    script = f"""
import sys
{imports}
{code}
from runs_client import SyncRunsClient
SyncRunsClient(state_type=T)
print(*{{"attrs", "cattrs", "msgspec", "pydantic"}} & set(sys.modules))
"""
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert set(output.split()) == expected
