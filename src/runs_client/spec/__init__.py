"""Tools around the contract: generate the bindings from it and prove that nothing was dropped."""

from ._bindings import GenerationError, generate_bindings

__all__ = ["GenerationError", "generate_bindings"]
