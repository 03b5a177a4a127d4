"""The libraries that make a user's types from JSON, each imported when a type needs it. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeAlias, get_origin

from ._errors import InvalidRequestError
from ._json import encode_json

Make: TypeAlias = Callable[[Any], Any]
"""Makes something of a type from decoded JSON, or raises."""


def maker_of(argument: str, kind: Any) -> Make:
    """What makes something of this type.

    Args:
        argument: The name of the argument that the type was given as.
        kind: The type, or a function, which makes it itself.

    Raises:
        InvalidRequestError: The library that it takes is not installed, or cannot make this type.
    """
    if callable(kind) and not isinstance(kind, type) and get_origin(kind) is None:
        make: Make = kind
        return make
    problems, missing = [], []
    for library in _libraries_for(get_origin(kind) or kind):
        if find_spec(library) is None:
            missing.append(library)
            continue
        try:
            return _MAKERS[library](kind)
        except Exception as error:  # each library has errors of its own
            problems.append(f"{library} says: {str(error).splitlines()[0].rstrip('.')}")
    if missing:
        problems.append(f"pip install {' or '.join(missing)}")
    raise InvalidRequestError(
        f"{argument}: cannot make {name_of(kind)} from JSON: {'; '.join(problems)}, or pass a function that takes the "
        f"JSON and makes it"
    )


def name_of(kind: Any) -> str:
    """What to call a type in a message."""
    return str(kind) if get_origin(kind) else getattr(kind, "__name__", str(kind))


def _libraries_for(kind: Any) -> tuple[str, ...]:
    """The libraries that may make a type; the first that can does."""
    if hasattr(kind, "__pydantic_validator__"):
        return ("pydantic",)
    if hasattr(kind, "__struct_fields__"):
        return ("msgspec",)
    if hasattr(kind, "__attrs_attrs__"):
        return "cattrs", "msgspec"
    # Dataclasses, TypedDicts, unions and all else of the standard library. Before Python 3.12, pydantic refuses the
    # TypedDict of `typing`; msgspec takes it.
    return "pydantic", "msgspec"


def _with_pydantic(kind: Any) -> Make:
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    # As JSON, because a strict model takes a date only from JSON as a string.
    return lambda data: adapter.validate_json(encode_json(data))


def _with_msgspec(kind: Any) -> Make:
    import msgspec

    if isinstance(msgspec.inspect.type_info(kind), msgspec.inspect.CustomType):
        raise TypeError("the type is not supported")
    return lambda data: msgspec.convert(data, kind, str_keys=True)


def _with_cattrs(kind: Any) -> Make:
    import attrs
    from cattrs.preconf.json import make_converter

    attrs.resolve_types(get_origin(kind) or kind)  # cattrs may ask for those of the alias, which older versions refuse
    converter = make_converter()
    for plain in (str, int, float, bool):
        converter.register_structure_hook(plain, _without_coercion(plain))
    structure = converter.get_structure_hook(kind)

    def make(data: Any) -> Any:
        if not isinstance(data, dict):  # of anything else, cattrs would make a class whose fields have defaults
            raise ValueError(f"expected an object, got {type(data).__name__}")
        return structure(data, kind)

    return make


def _without_coercion(plain: type) -> Callable[[Any, Any], Any]:
    """By default cattrs makes a string of whatever it is given, `"None"` included."""
    accepted = (int, float) if plain is float else (plain,)

    def structure(value: Any, kind: Any) -> Any:
        if type(value) not in accepted:
            raise ValueError(f"expected {plain.__name__}, got {type(value).__name__}")
        return kind(value)  # an enumeration of strings comes here too

    return structure


_MAKERS: dict[str, Callable[[Any], Make]] = {
    "pydantic": _with_pydantic,
    "msgspec": _with_msgspec,
    "cattrs": _with_cattrs,
}


_NAMED_BY_MSGSPEC = re.compile("Object (?:missing required|contains unknown) field `(.+)`")


def fields_in(error: Exception) -> dict[str, str]:
    """What is wrong, by the path of the field, as far as the library that raised this tells."""
    library = type(error).__module__.partition(".")[0]
    if library == "pydantic_core":
        return _fields_of_pydantic(error)
    if library == "msgspec":
        return _fields_of_msgspec(error)
    if library == "cattrs":
        return _fields_of_cattrs(error)
    return {"": f"{type(error).__name__}: {error}"}


def _fields_of_msgspec(error: Exception) -> dict[str, str]:
    problem, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    # Of a field that is missing or not known, the path is that of the object, and the text has the name.
    if found := _NAMED_BY_MSGSPEC.fullmatch(problem):
        path = f"{path}.{found[1]}".lstrip(".")
    return {path: problem}


def _fields_of_pydantic(error: Any) -> dict[str, str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return {_path(item["loc"]): item["msg"] for item in found}


def _path(location: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def _fields_of_cattrs(error: Exception) -> dict[str, str]:
    from cattrs import transform_error

    problems = (line.rpartition(" @ ") for line in transform_error(error, path=""))
    return {path.lstrip("."): problem for problem, _, path in problems}
