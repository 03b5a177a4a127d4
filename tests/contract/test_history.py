"""The changelog of a published contract, from as few versions as it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs_client.spec._contract import ContractError
from runs_client.spec._history import changes, versions_between

VERSIONS = ["0.9", "0.10", "1.0"]


def contract(*fields: str) -> dict[str, Any]:
    """A contract whose run has these fields."""
    properties = {field: {"type": "string"} for field in fields}
    answer = {
        "description": "",
        "content": {"application/json": {"schema": {"type": "object", "properties": properties}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/runs": {"post": {"operationId": "start", "responses": {"200": answer}}}},
        "components": {},
    }


class Publisher:
    """Versions `0`, `1`, ... of contracts, and which of them were looked at."""

    def __init__(self, *contracts: dict[str, Any] | None) -> None:
        self.versions = [str(number) for number in range(len(contracts))]
        self._contracts = contracts
        self.looked_at: list[str] = []
        self.passed = 0

    def read(self, version: str) -> dict[str, Any] | None:
        self.looked_at.append(version)
        return self._contracts[int(version)]

    def pass_(self, count: int) -> None:
        self.passed += count

    def changelog(self) -> list[tuple[str, str, list[str], bool | None]]:
        return [
            (change.previous, change.version, [finding.change for finding in change.findings], change.appeared)
            for change in changes(self.versions, self.read, self.pass_)
        ]


def test_each_change_is_told_with_the_version_that_made_it() -> None:
    a, b, c = contract("a"), contract("a", "b"), contract("a", "b", "c")
    publisher = Publisher(a, a, b, b, b, c)
    assert publisher.changelog() == [
        ("1", "2", ["response-property-added"], None),
        ("4", "5", ["response-property-added"], None),
    ]


def test_equal_ends_need_no_look_inside() -> None:
    publisher = Publisher(*[contract("a")] * 100)
    assert publisher.changelog() == []
    assert sorted(publisher.looked_at) == ["0", "99"]


def test_one_change_among_many_versions_takes_few_looks() -> None:
    publisher = Publisher(*[contract("a")] * 300, *[contract("b")] * 200)
    assert [change[:2] for change in publisher.changelog()] == [("299", "300")]
    assert len(publisher.looked_at) < 15
    assert len(publisher.looked_at) == len(set(publisher.looked_at)), "a version was read twice"


def test_versions_without_a_contract() -> None:
    assert Publisher(None, None, contract("a")).changelog() == [("1", "2", [], True)]
    assert Publisher(contract("a"), None, None).changelog() == [("0", "1", [], False)]


def test_what_means_the_same_is_no_change() -> None:
    other = contract("a") | {"info": {"title": "t", "version": "2"}}
    assert Publisher(contract("a"), other).changelog() == []


@given(st.lists(st.integers(0, 3), max_size=40))
def test_all_versions_are_passed_and_the_changes_add_up(numbers: list[int]) -> None:
    publisher = Publisher(*(contract(f"field{number}") for number in numbers))
    log = publisher.changelog()
    assert publisher.passed == len(numbers)
    assert [int(version) for _, version, _, _ in log] == sorted(int(version) for _, version, _, _ in log)
    for previous, version, _, _ in log:
        assert numbers[int(previous)] != numbers[int(version)]
    if numbers and numbers == sorted(numbers):  # nothing was taken back
        assert len(log) == len(set(numbers)) - 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(None, None, VERSIONS), ("0.10", None, VERSIONS[1:]), (None, "0.9", ["0.9"]), ("0.10", "0.10", ["0.10"])],
)
def test_a_range(first: str | None, last: str | None, expected: list[str]) -> None:
    assert versions_between(VERSIONS, first, last) == expected


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("0.8", None, "there is no version 0.8: the published ones go from 0.9 to 1.0"),
        (None, "2", "there is no version 2"),
        ("1.0", "0.9", "1.0 came after 0.9: swap --from and --to"),
    ],
)
def test_a_range_that_is_none(first: str | None, last: str | None, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        versions_between(VERSIONS, first, last)
