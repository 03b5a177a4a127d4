"""One TLS context for all clients of a program."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def ssl_context() -> ssl.SSLContext:
    """httpx's default context. Reading the certificate authorities takes a tenth of a second: once is enough."""
    return httpx.create_ssl_context()
