"""When to try a request again, and after how long. No I/O."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from ._errors import APIConnectionError, APIStatusError, RunsClientError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""RFC 9110, section 9.2.1: sending these once more changes nothing."""

_REFUSED_UNPROCESSED = frozenset({429, 503})
"""Statuses with which a server says that it did not begin to work on a request."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a request is tried again.

    A request that starts a run is tried again only where it certainly did not start one: the server was not
    reached, or it answered 429 or 503. A read is also tried again after a broken connection and after any
    status of 500 and above.

    Attributes:
        max_retries: Tries after the first; 0 is none.
        initial_delay: Seconds before the first of them; doubled for each further one.
        max_delay: Seconds that a delay does not grow beyond.
        max_retry_after: Longest `Retry-After` in seconds that is waited for. A longer one is left to the
            caller, as `retry_after` of the error.

    Example:
        ```python
        runs = RunsClient(url, retry=RetryPolicy(max_retries=5, initial_delay=0.2))
        ```
    """

    max_retries: int = 3
    initial_delay: float = 0.5
    max_delay: float = 8.0
    max_retry_after: float = 60.0

    def delay(
        self, error: RunsClientError, *, method: str, tried: int, jitter: Callable[[], float] = random.random
    ) -> float | None:
        """Seconds to wait before the next try, or None to give up.

        Args:
            error: What the last try ended with.
            method: The HTTP method, in upper case.
            tried: Tries so far, the first included.
            jitter: Gives a number from 0 to 1. It spreads the clients that failed together: a delay is
                shortened by up to half of it.
        """
        if tried > self.max_retries or not _may_repeat(error, method):
            return None
        if isinstance(error, APIStatusError) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.max_retry_after else None
        return self.backoff(tried, jitter)

    def backoff(self, tried: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds to wait after a number of tries that failed."""
        # The exponent is bounded because a float is not: 2.0 ** 1024 overflows.
        delay = min(self.max_delay, self.initial_delay * 2.0 ** min(tried - 1, 64))
        return delay * (1 - jitter() / 2)


def _may_repeat(error: RunsClientError, method: str) -> bool:
    if isinstance(error, APIConnectionError):
        return not error.request_sent or method in SAFE_METHODS
    if isinstance(error, APIStatusError):
        refused = error.status_code in _REFUSED_UNPROCESSED
        return refused or (error.status_code >= 500 and method in SAFE_METHODS)
    return False
