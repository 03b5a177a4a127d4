"""What a test expects of the server that it runs on: the same of all, but for what `differences.py` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import pytest

from runs_client import APIStatusError

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Raises:
    """The server refuses, or fails: exactly this error is raised, and its message has this text."""

    error: type[Exception]
    text: str

    def __str__(self) -> str:
        return f"`{self.error.__name__}: {self.text}`"


@dataclass(frozen=True)
class Value:
    """The server answers with this in the place of the usual value; `words` say what that means."""

    value: Any
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Accepts:
    """The server does what others refuse; `words` say what that is."""

    words: str

    def __str__(self) -> str:
        return self.words


Answer: TypeAlias = Raises | Value | Accepts
Group: TypeAlias = Mapping[str, Mapping[str, Answer]]
"""Features by name; for each the answers of the servers that do otherwise."""
Features: TypeAlias = Mapping[str, Group]


class ServerFeatures:
    """The features of one server.

    Args:
        server: Its name.
        features: Of all servers.
        used: Told the name of each feature that a test has looked at.
    """

    def __init__(self, server: str, features: Features, used: Callable[[str], None]) -> None:
        self._server = server
        self._answers = {name: answers for group in features.values() for name, answers in group.items()}
        self._used = used

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """The block does what it says; where the server differs, it raises, and what is left of it is not run."""
        answer = self._answer(name, Raises)
        if isinstance(answer, Raises):
            with self._raises(name, answer):
                yield
        else:
            yield

    @contextmanager
    def refused(self, name: str, error: type[Exception], text: str = "") -> Iterator[None]:
        """The block raises; where the server differs, it raises something else, or does what it says."""
        answer = self._answer(name, Raises, Accepts)
        if isinstance(answer, Accepts):
            yield
        else:
            with self._raises(name, answer if isinstance(answer, Raises) else Raises(error, text)):
                yield

    def value(self, name: str, usual: ValueT) -> ValueT:
        """The value that the server answers with: the usual one, unless it differs."""
        answer = self._answer(name, Value)
        return answer.value if isinstance(answer, Value) else usual

    def _answer(self, name: str, *kinds: type[Answer]) -> Answer | None:
        """What the server does otherwise. It counts as used where it is of the kind that the test looks for."""
        answer = self._answers[name].get(self._server)
        if answer is None or isinstance(answer, kinds):
            self._used(name)
        return answer

    @contextmanager
    def _raises(self, name: str, answer: Raises) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if type(error) is answer.error and answer.text in _text_of(error):
                return
            raise AssertionError(f"{self._server}, {name}: expected {answer}, but it was {error!r}") from error
        pytest.fail(f"{self._server} now does: {name}. Take it out of differences.py, where it is {answer}")


def _text_of(error: Exception) -> str:
    return f"{error.status_code} {error.detail}" if isinstance(error, APIStatusError) else str(error)
