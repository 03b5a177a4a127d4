"""Options that several commands share: a dataclass whose fields are parameters of the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, wraps
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take dataclasses: each of their fields becomes a parameter of its own.

    Example:
        ```python
        @dataclass
        class Connection:
            url: Annotated[str, typer.Option(help="The server's address.")] = "http://localhost:2024"


        @app.command()
        @grouped
        def get(connection: Connection) -> None: ...
        ```
    """
    # Not `get_type_hints`: on Python 3.10 it hides what is annotated where the default is None.
    declared = inspect.signature(command, eval_str=True).parameters
    groups: dict[str, Any] = {name: it.annotation for name, it in declared.items() if is_dataclass(it.annotation)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in declared.items():
        if name in groups:
            parameters += _parameters_of(groups[name])
        else:
            parameters.append(_keyword(name, parameter.annotation, parameter.default))

    @wraps(command)
    def flat(**values: Any) -> None:
        made = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**made, **values)

    vars(flat)["__signature__"] = inspect.Signature(parameters)
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return flat


@cache
def _parameters_of(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [_keyword(field.name, hints[field.name], _default_of(field)) for field in fields(group)]


def _default_of(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
