"""The proxy that the environment asks for, for HTTP libraries that do not look themselves."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass


class Proxy(NamedTuple):
    """A proxy.

    Attributes:
        url: Its address, without user name and password.
        headers: What to send to it.
    """

    url: str
    headers: dict[str, str]


def proxy_from_environment(url: str) -> Proxy | None:
    """The proxy for a URL by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, or None."""
    target = urlsplit(url)
    proxies = getproxies()
    address = proxies.get(target.scheme) or proxies.get("all")
    if not address or proxy_bypass(target.netloc):
        return None
    parts = urlsplit(address if "://" in address else f"http://{address}")
    user, found, host = parts.netloc.rpartition("@")
    headers = {}
    if found:  # RFC 7617, section 2
        headers["proxy-authorization"] = "Basic " + b64encode(unquote(user).encode()).decode()
    return Proxy(parts._replace(netloc=host).geturl(), headers)
