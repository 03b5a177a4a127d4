"""All that can be read out of an object: what a log, a debugger or a pickle may show of it."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

_NOT_HELD = (type, ModuleType, FunctionType, TracebackType, FrameType)
_DEPTH = 40


def all_that_it_shows(value: Any) -> str:
    """Its texts, as people and logs see them."""
    texts = [str(value), repr(value)]
    if isinstance(value, BaseException):
        texts += traceback.format_exception(value)
    with suppress(TypeError):  # it has no attributes, or cannot be pickled
        texts.append(repr(vars(value)))
    with suppress(Exception):
        texts.append(pickle.dumps(value).decode("latin-1"))
    return "\n".join(texts)


def all_that_it_holds(error: BaseException) -> str:
    """What an error and its causes show, and all strings in their attributes, and in the attributes of those."""
    texts: list[str] = []
    _collect(error, texts, set(), 0)
    return "\n".join([all_that_it_shows(error), *texts])


def _collect(value: Any, texts: list[str], seen: set[int], depth: int) -> None:
    if id(value) in seen or depth > _DEPTH or isinstance(value, _NOT_HELD):
        return
    seen.add(id(value))
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, (bytes, bytearray)):
        texts.append(value.decode("latin-1"))
    else:
        for part in _parts(value):
            _collect(part, texts, seen, depth + 1)


def _parts(value: Any) -> list[Any]:
    parts: list[Any] = []
    if isinstance(value, Mapping):
        with suppress(Exception):
            parts += [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts += value
    if isinstance(value, BaseException):
        parts += [value.args, value.__cause__, value.__context__]
        if isinstance(value, UnicodeError):
            parts.append(getattr(value, "object", None))
    parts += getattr(value, "__dict__", {}).values()
    for kind in type(value).__mro__:
        parts += [getattr(value, name, None) for name in _slots(kind)]
    return parts


def _slots(kind: type) -> Iterable[str]:
    slots = kind.__dict__.get("__slots__", ())
    return [slots] if isinstance(slots, str) else slots
