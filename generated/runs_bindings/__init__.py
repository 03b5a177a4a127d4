"""Generated bindings for the <openapi_python_client.schema.untrusted_string.UntrustedString object at 0x7fab3e693410> API. Written by `make generate`; do not edit."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client

__all__ = ("AuthenticatedClient", "Client")


def __getattr__(name: str) -> Any:
    if name in __all__:
        from . import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
