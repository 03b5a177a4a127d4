"""Where a published OpenAPI document comes from: a server, a file, or a version of a package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .._errors import RunsClientError
from .._headers import API_KEY_HEADER, FROM_ENVIRONMENT, USER_AGENT, checked_headers, resolve_api_key
from .._retry import RetryPolicy
from .._transports import Request
from .._url import BaseURL
from ._contract import ContractError
from ._wheels import wheel_document

TIME_LIMIT = 30.0
"""Seconds for a server to send its document."""

_DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")
_URL = re.compile(r"https?://", re.IGNORECASE)
_EXAMPLE = "langgraph-api==0.16.7"
_PUBLISHED_VERSION = re.compile(r"([\w.-]+)==(\S+)")


def load_document(source: str) -> dict[str, Any]:
    """Read a published OpenAPI document.

    A server is sent the API key of the environment, as `RunsClient` does, and no redirect to another origin is
    followed.

    Args:
        source: The URL of a server or of its document, a JSON or YAML file, or `package==version`.

    Raises:
        ContractError: The source cannot be reached or read, or is no OpenAPI 3 document.
    """
    if _URL.match(source):
        return _openapi(parse_data(_download(source), source), source)
    if version := _PUBLISHED_VERSION.fullmatch(source):
        return _openapi(wheel_document(*version.groups()), source)
    if not Path(source).exists():
        raise ContractError(f"there is no file {source}: give a file, a server's URL, or a version as in {_EXAMPLE}")
    return _openapi(read_data(Path(source)), source)


def read_data(path: Path) -> Any:
    """The plain data of a JSON or YAML file.

    Raises:
        ContractError: The file is missing or is neither.
    """
    try:
        return parse_data(path.read_bytes(), str(path))
    except OSError as error:
        raise ContractError(f"cannot read {path}: {error.strerror}") from error


def parse_data(content: bytes, label: str) -> Any:
    """The plain data of a JSON or YAML text.

    Raises:
        ContractError: The text is neither; the message begins with the label.
    """
    if content.lstrip().startswith(b"<"):
        raise ContractError(
            f"{label} is a web page or XML, and not JSON or YAML: give the address of the document itself"
        )
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if content.lstrip().startswith((b"{", b"[")):
            raise ContractError(f"{label} is not valid JSON: {error}") from error
    try:
        # Through JSON, so that nothing but its types is left: YAML has dates, and numbers as keys.
        return json.loads(json.dumps(YAML(typ="safe").load(content), default=str))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContractError(f"{label} is not valid YAML: {error.problem} in line {line}") from error
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ContractError(f"{label} is not valid YAML: {' '.join(str(error).split())}") from error


def _openapi(document: Any, source: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ContractError(f"{source} is not an OpenAPI document: it is no object")
    if "swagger" in document:
        raise ContractError(f"{source} is Swagger {document['swagger']}, and OpenAPI 3 is needed: convert it first")
    if not str(document.get("openapi", "")).startswith("3."):
        raise ContractError(f"{source} is not an OpenAPI 3 document: its `openapi` is {document.get('openapi')!r}")
    for key in ("paths", "components"):
        members = document.setdefault(key, {})
        if not isinstance(members, dict) or not all(isinstance(member, dict) for member in members.values()):
            raise ContractError(f"{source} is not an OpenAPI document: its `{key}` is no object of objects")
    return document


def _download(url: str) -> bytes:
    from .._sync._caller import SyncCaller  # the facade imports the bindings, which are made without it
    from .._transports._choice import sync_transport

    try:
        base_url = BaseURL(url)
        address = url if url.endswith(_DOCUMENT_SUFFIXES) else base_url.join("/openapi.json")
        transport = sync_transport("httpx")
        caller = SyncCaller(
            transport, base_url, retry=RetryPolicy(max_retries=1), max_concurrency=None, on_request=None
        )
        try:
            return caller.send(Request("GET", address, _headers(), timeout=TIME_LIMIT)).content
        finally:
            transport.get().close()
    except RunsClientError as error:
        raise ContractError(" ".join(error.message.split())) from error


def _headers() -> dict[str, str]:
    headers = {"accept": "application/json, application/yaml;q=0.9", "user-agent": USER_AGENT}
    if api_key := resolve_api_key(FROM_ENVIRONMENT):
        headers[API_KEY_HEADER] = api_key
    return checked_headers(headers)
