"""What a server leaves out, sends as null, or writes in another way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from runs_bindings.api import runs as operations
from runs_bindings.types import parse_datetime


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-01-01T00:00:46Z", 0),
        ("2026-01-01T00:00:46.5Z", 500_000),
        ("2026-01-01T00:00:46.123z", 123_000),
        ("2026-01-01T00:00:46.12345+00:00", 123_450),
        ("2026-01-01T00:00:46.123456+00:00", 123_456),
        ("2026-01-01T00:00:46.123456789Z", 123_456),
        ("2026-01-01t00:00:46.5z", 500_000),
    ],
)
def test_times(text: str, microsecond: int) -> None:
    assert parse_datetime(text) == datetime(2026, 1, 1, 0, 0, 46, microsecond, timezone.utc)


def test_a_time_keeps_its_offset() -> None:
    assert parse_datetime("2026-01-01T00:00:46.5-01:30").utcoffset() == timedelta(hours=-1, minutes=-30)


def test_a_time_that_is_none() -> None:
    with pytest.raises(TypeError):
        parse_datetime(5)
    with pytest.raises(ValueError, match="Invalid isoformat"):
        parse_datetime("yesterday")


def test_null_for_a_time_is_kept() -> None:
    data = {"run_id": "r", "created_at": None}
    run = operations.get_run.parse_result(data)
    assert run.created_at is None
    assert run.to_dict() == data


@pytest.mark.parametrize("answer", [{}, "", None, {"runs": []}])
@pytest.mark.parametrize("operation", [operations.list_runs, operations.create_run_batch])
def test_what_is_no_list_is_not_taken_for_an_empty_one(operation: Any, answer: Any) -> None:
    with pytest.raises(TypeError, match="expected a list, not"):
        operation.parse_result(answer)
    assert operation.parse_result([]) == []
