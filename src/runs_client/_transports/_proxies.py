"""The proxy that the environment asks for, for HTTP libraries that do not look themselves."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from .._errors import InvalidRequestError


@dataclass(frozen=True)
class Proxy:
    """A proxy.

    Attributes:
        url: Its address, without user name and password.
        headers: What to send to it. Left out of the `repr`, since they hold the password.
    """

    url: str
    headers: dict[str, str] = field(repr=False)


def proxy_from_environment(url: str) -> Proxy | None:
    """The proxy for a URL by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, or None.

    Raises:
        InvalidRequestError: The environment names something that is no HTTP proxy.
    """
    target = urlsplit(url)
    proxies = getproxies()
    address = proxies.get(target.scheme) or proxies.get("all")
    if not address or proxy_bypass(target.netloc):
        return None
    parts = urlsplit(address if "://" in address else f"http://{address}")
    # No message repeats the address: it may hold a password.
    if parts.scheme not in ("http", "https"):
        raise InvalidRequestError(
            f"the environment asks for a proxy of scheme {parts.scheme!r}; only http:// and https:// work, "
            f"so hand in an HTTP client of your own that can do more"
        )
    try:
        _ = parts.port  # reading it checks it
    except ValueError:
        raise InvalidRequestError(
            "the environment names a proxy whose address cannot be read; is its password percent-encoded?"
        ) from None
    user_info, found, host = parts.netloc.rpartition("@")
    headers = {}
    if found:  # RFC 7617, section 2
        user, _, password = user_info.partition(":")
        credentials = f"{unquote(user)}:{unquote(password)}".encode()
        headers["proxy-authorization"] = f"Basic {b64encode(credentials).decode()}"
    return Proxy(parts._replace(netloc=host).geturl(), headers)
