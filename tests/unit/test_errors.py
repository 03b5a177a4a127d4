from __future__ import annotations

import copy
import pickle

import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    EventDecodeError,
    InvalidRequestError,
    NotFoundError,
    RunFailedError,
    RunsClientError,
    StreamInterruptedError,
    UnexpectedResponseError,
)
from runs_client._errors import status_error

ERRORS = [
    InvalidRequestError("no"),
    APIConnectionError("no", request_sent=True),
    APITimeoutError("no", request_sent=False),
    UnexpectedResponseError("no", status_code=200, excerpt="<html>"),
    status_error("GET x", status_code=404, detail="gone", body={"detail": "gone"}, headers={"a": "b"}, retry_after=1),
    RunFailedError(error="ValueError", error_message="no", thread_id="t", run_id="r"),
    StreamInterruptedError("no", thread_id="t", run_id="r", last_event_id="7"),
    EventDecodeError("no", event="values", event_id="7", excerpt="{"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_survive_a_pickle_and_a_copy(error: RunsClientError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "InternalServerError"),
    ],
)
def test_each_status_has_its_error(code: int, name: str) -> None:
    error = status_error("GET x", status_code=code, detail="why", body=None, headers={}, retry_after=None)
    assert type(error).__name__ == name
    assert isinstance(error, APIStatusError)
    assert f"GET x was answered with {code}: why" in str(error)


def test_one_class_catches_all() -> None:
    assert all(isinstance(error, RunsClientError) for error in ERRORS)
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(NotFoundError, APIStatusError)
    assert issubclass(InvalidRequestError, ValueError)
