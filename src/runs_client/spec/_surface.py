"""Compares what two generated packages offer to Python code, without importing them.

griffe reads the packages. Its own comparison names no additions, types or values of a `Literal`, so ours goes
over what it read.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import griffe

from ._contract import ContractError

_POSITIONAL = (griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword)


@dataclass(frozen=True)
class PythonChange:
    """One difference between two packages.

    Attributes:
        where: Dotted paths of all places that changed alike, as `bindings.models.run.Run.status`; a parameter is
            `bindings.api.runs.get_run.sync(run_id)`, a value of a `Literal` is `bindings.models.status.Status['done']`.
        change: What happened: `field-added`, `parameter-removed`, `value-removed`, `module-added` and so on.
        before: The declaration as it was; `None` where there was none.
        after: The declaration as it is; `None` where there is none.
        breaking: Whether code that was right may now fail, when it runs or when its types are checked.
    """

    where: tuple[str, ...]
    change: str
    before: str | None
    after: str | None
    breaking: bool


class _Difference(NamedTuple):
    change: str
    before: str | None
    after: str | None
    breaking: bool


@dataclass(frozen=True)
class _Item:
    """Something public: a module, class, function, parameter, field, value of a `Literal`, or other name."""

    kind: str
    owner: str  # it is not told apart from its owner when that is added or removed
    name: str  # differences that are equal are told as one where this is equal, too
    declaration: str | None = None
    types: frozenset[str] = frozenset()
    default: str | None = None
    required: bool = False
    written: bool = False  # by code that uses the package
    read: bool = False
    parameters: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()


def python_changes(before: Path, after: Path) -> list[PythonChange]:
    """Compare two packages of the same name.

    A field of a model is both set and read by its users, so that each change of its type breaks one or the other.
    A parameter, and a key of a `TypedDict`, may take more than before; what a function returns may be less.

    Args:
        before: Folder of the package as it was.
        after: Folder of the package as it is.

    Returns:
        The differences, in the order of their first places. What changes alike in several places is one of them.

    Raises:
        ContractError: A folder is no Python package.
    """
    old, new = _surface(before), _surface(after)
    found: dict[tuple[str, _Difference], list[str]] = defaultdict(list)
    for path in sorted(old.keys() | new.keys()):
        item = new.get(path) or old[path]
        if (item.owner in old) != (item.owner in new):
            continue
        difference = _difference(old.get(path), new.get(path))
        if difference is not None:
            found[item.name, difference].append(path)
    return [PythonChange(tuple(paths), *difference) for (_, difference), paths in found.items()]


def _difference(before: _Item | None, after: _Item | None) -> _Difference | None:
    if before is None:
        assert after is not None
        return _Difference(f"{after.kind}-added", None, after.declaration, breaking=after.required)
    if after is None:
        return _Difference(f"{before.kind}-removed", before.declaration, None, breaking=True)
    if before.kind != after.kind:
        return _Difference("kind-changed", before.kind, after.kind, breaking=True)
    if _moved(before, after):
        return _Difference("parameters-moved", _listed(before.positional), _listed(after.positional), breaking=True)
    if (before.types, before.default, before.required) != (after.types, after.default, after.required):
        return _Difference(f"{before.kind}-changed", before.declaration, after.declaration, _breaks(before, after))
    return None


def _breaks(before: _Item, after: _Item) -> bool:
    return (
        (after.required and not before.required)
        or (before.default != after.default and None not in (before.default, after.default))
        or (before.written and not _accepts(after.types, before.types))
        or (before.read and not _accepts(before.types, after.types))
    )


def _accepts(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    return "Any" in wide or narrow <= wide


def _moved(before: _Item, after: _Item) -> bool:
    """Whether a parameter that stays cannot be passed in its old position."""
    stay_before = [name for name in before.positional if name in after.parameters]
    stay_after = [name for name in after.positional if name in before.parameters]
    return stay_before != stay_after


def _listed(names: tuple[str, ...]) -> str:
    return f"({', '.join(names)})"


def _surface(package: Path) -> dict[str, _Item]:
    for module in package.rglob("*.py"):  # griffe passes over what it cannot parse
        try:
            ast.parse(module.read_bytes())
        except SyntaxError as error:
            raise ContractError(f"{module} is not valid Python: line {error.lineno}: {error.msg}") from error
    loader = griffe.GriffeLoader(search_paths=[package.parent], allow_inspection=False)
    try:
        root = loader.load(package.name, try_relative_path=False)
    except ModuleNotFoundError as error:
        raise ContractError(f"{package} is not a Python package") from error
    assert isinstance(root, griffe.Module)
    return dict(_items(root))


def _items(holder: griffe.Object) -> Iterator[tuple[str, _Item]]:
    for name, member in holder.members.items():
        if not member.is_public:
            continue
        if isinstance(member, griffe.Alias):
            yield member.path, _Item("name", member.target_path, name)
        elif isinstance(member, griffe.Function):
            yield member.path, _function(member)
            for parameter in member.parameters:
                yield f"{member.path}({parameter.name})", _parameter(parameter, member.path)
        elif isinstance(member, griffe.Attribute):
            yield member.path, _attribute(member, holder)
            for value in _literal_values(member.value):
                yield f"{member.path}[{value}]", _Item("value", member.path, value, declaration=value)
        else:
            yield member.path, _Item(member.kind.value, holder.path, member.path)
            yield from _items(member)


def _function(function: griffe.Function) -> _Item:
    module = function.path.rpartition(".")[0]
    positional = [item.name for item in function.parameters if item.kind in _POSITIONAL]
    return _Item(
        "function",
        owner=module,
        name=module,  # the functions of one operation change together
        declaration=f"-> {function.returns}",
        types=_alternatives(function.returns),
        read=True,
        parameters=tuple(item.name for item in function.parameters),
        positional=tuple(positional),
    )


def _parameter(parameter: griffe.Parameter, function: str) -> _Item:
    default = None if parameter.default is None else str(parameter.default)
    return _Item(
        "parameter",
        owner=function,
        name=parameter.name,
        declaration=_declaration(parameter.annotation, default),
        types=_alternatives(parameter.annotation),
        default=default,
        required=parameter.required,
        written=True,
    )


def _attribute(attribute: griffe.Attribute, holder: griffe.Object) -> _Item:
    in_class = isinstance(holder, griffe.Class)
    in_model = isinstance(holder, griffe.Class) and bool(holder.decorators)  # the others are `TypedDict`s
    default = str(attribute.value) if in_class and attribute.value is not None else None
    must_be_given = in_model and default is None and "property" not in attribute.labels
    return _Item(
        "field" if in_class else "name",
        owner=holder.path,
        name=attribute.name,
        declaration=_declaration(attribute.annotation, default),
        types=_alternatives(attribute.annotation),
        default=default,
        required=must_be_given or str(attribute.annotation).startswith("Required["),
        written=in_class,
        read=in_model or not in_class,
    )


def _declaration(annotation: str | griffe.Expr | None, default: str | None) -> str | None:
    if annotation is None:
        return default
    return str(annotation) if default is None else f"{annotation} = {default}"


def _alternatives(annotation: str | griffe.Expr | None) -> frozenset[str]:
    """The types that a union is made of."""
    if isinstance(annotation, griffe.ExprBinOp) and annotation.operator == "|":
        return _alternatives(annotation.left) | _alternatives(annotation.right)
    if isinstance(annotation, griffe.ExprSubscript) and str(annotation.left) == "Required":
        return _alternatives(annotation.slice)
    return frozenset([str(annotation)])


def _literal_values(value: str | griffe.Expr | None) -> Iterator[str]:
    if isinstance(value, griffe.ExprSubscript) and str(value.left) == "Literal":
        elements = value.slice.elements if isinstance(value.slice, griffe.ExprTuple) else [value.slice]
        yield from map(str, elements)
