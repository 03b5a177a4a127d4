from __future__ import annotations

import itertools
from typing import Any

import pytest

from runs_client import APIConnectionError, InvalidRequestError, RetryPolicy, RunsClientError
from runs_client._errors import status_error


def status(code: int, retry_after: float | None = None) -> RunsClientError:
    return status_error("GET x", status_code=code, detail="", body=None, headers={}, retry_after=retry_after)


SENT = APIConnectionError("broke off", request_sent=True)
NOT_SENT = APIConnectionError("refused", request_sent=False)


@pytest.mark.parametrize(
    ("error", "read", "start"),
    [
        (NOT_SENT, True, True),
        (SENT, True, False),
        (status(429), True, True),
        (status(503), True, True),
        (status(500), True, False),
        (status(502), True, False),
        (status(400), False, False),
        (status(401), False, False),
        (status(404), False, False),
        (status(409), False, False),
        (InvalidRequestError("no"), False, False),
    ],
)
def test_what_is_tried_again(error: RunsClientError, read: bool, start: bool) -> None:
    policy = RetryPolicy()
    assert (policy.delay(error, method="GET", tried=1) is not None) is read
    assert (policy.delay(error, method="POST", tried=1) is not None) is start
    assert (policy.delay(error, method="DELETE", tried=1) is not None) is start


def delays(jitter: float, **settings: Any) -> list[float]:
    policy = RetryPolicy(**settings)
    every = (policy.delay(SENT, method="GET", tried=tried, jitter=lambda: jitter) for tried in itertools.count(1))
    return [delay for delay in itertools.takewhile(lambda delay: delay is not None, every) if delay is not None]


def test_delays_double_up_to_a_limit_and_end() -> None:
    assert delays(0, max_retries=5, initial_delay=1, max_delay=6) == [1, 2, 4, 6, 6]
    assert delays(1, max_retries=5, initial_delay=1, max_delay=6) == [0.5, 1, 2, 3, 3]
    assert delays(0, max_retries=0) == []


def test_many_tries_do_not_overflow() -> None:
    assert RetryPolicy(max_delay=8).backoff(10_000, jitter=lambda: 0) == 8


def test_retry_after_is_obeyed_unless_it_is_too_long() -> None:
    policy = RetryPolicy(max_retry_after=60)
    assert policy.delay(status(503, retry_after=42), method="POST", tried=1) == 42
    assert policy.delay(status(503, retry_after=61), method="POST", tried=1) is None
