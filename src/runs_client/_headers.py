"""Request headers: the API key, the defaults, and what may not go into them. No I/O."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from ._errors import InvalidRequestError
from ._version import __version__

API_KEY_HEADER = "x-api-key"
API_KEY_VARIABLES = ("LANGGRAPH_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")
FROM_ENVIRONMENT = "<from environment>"
"""Default of `api_key`: take the first of `API_KEY_VARIABLES` that is set."""

USER_AGENT = f"runs-client/{__version__}"

# RFC 9110, section 5.1: a name is a token; section 5.5: a value holds no control characters but tabs.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def resolve_api_key(api_key: str | None) -> str | None:
    """The key to send: the one given, or one from the environment, or none."""
    if api_key != FROM_ENVIRONMENT:
        return api_key.strip() if api_key else None
    found = (os.environ.get(name, "").strip().strip("'\"") for name in API_KEY_VARIABLES)
    return next(filter(None, found), None)


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Copy headers, with their names in lower case.

    Raises:
        InvalidRequestError: A name or a value would break out of its line.
    """
    checked = {}
    for name, value in (headers or {}).items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InvalidRequestError(f"{name!r} is not a header name")
        # The value stays out of the message: it may be a secret.
        if not isinstance(value, str):
            raise InvalidRequestError(f"the value of header {name!r} must be a string, not {type(value).__name__}")
        if _FORBIDDEN_IN_VALUE.search(value):
            raise InvalidRequestError(f"the value of header {name!r} holds a line break or another control character")
        if value != value.strip():
            raise InvalidRequestError(f"the value of header {name!r} begins or ends with white space")
        if not value.isascii():
            raise InvalidRequestError(f"the value of header {name!r} holds a character outside ASCII")
        checked[name.lower()] = value
    return checked
