"""Tools around the contract: generate the bindings from it and prove that nothing was dropped, and follow upstreams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._bindings import GenerationError, generate_bindings

__all__ = ["GenerationError", "generate_bindings"]


def __getattr__(name: str) -> Any:
    # The generator is slow to import and needs Python 3.11: the other tools do without it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import _bindings

    return getattr(_bindings, name)
