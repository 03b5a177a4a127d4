"""The public surface, a line for each name: `make surface` writes it, so that a change shows in review."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("surface.txt")

_MODULES = ["runs_client", "runs_client.testing"]
_SPECIAL = {"__init__", "__call__", "__aenter__", "__aiter__", "__await__", "__enter__", "__iter__"}


def surface() -> str:
    """What `__all__` of the public modules names, with its public members."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "src", ROOT / "generated"])
    loader.load("runs_bindings")
    found = loader.load("runs_client")
    loader.resolve_aliases()
    lines: list[str] = []
    for path in _MODULES:
        module = found if path == found.path else found[path.removeprefix(f"{found.path}.")]
        for name in sorted(map(str, module.exports or ())):
            lines += _described(f"{path}.{name}", module[name])
    return "\n".join(lines) + "\n"


def _described(path: str, item: griffe.Object | griffe.Alias) -> Iterator[str]:
    target = item.final_target if isinstance(item, griffe.Alias) else item
    if isinstance(target, griffe.Class):
        yield f"class {path}({', '.join(map(str, target.bases))})"
        for name, member in sorted(target.all_members.items()):
            if not name.startswith("_") or name in _SPECIAL:
                yield from _described(f"{path}.{name}", member)
    elif isinstance(target, griffe.Function):
        for function in target.overloads or [target]:
            yield f"def {function.signature(name=path)}"
    elif isinstance(target, griffe.Attribute):
        kind = "property" if "property" in target.labels else "attribute"
        yield f"{kind} {path}" + (f": {target.annotation}" if target.annotation else "")


if __name__ == "__main__":
    SNAPSHOT.write_text(surface(), encoding="utf-8")
