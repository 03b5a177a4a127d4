"""Where a document comes from: servers, files, published wheels, and what each of them gets wrong."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runs_client.spec import _sources, _wheels
from runs_client.spec._contract import ContractError, operations
from runs_client.spec._extract import extract_runs
from runs_client.spec._sources import load_document
from runs_client.spec._wheels import NoDocumentError, published_versions, wheel_document
from tests.contract.conftest import AddWheel
from tests.servers.canned_server import CannedServer, http_response

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Example", "version": "1.0.0"},
    "paths": {"/runs": {"post": {"operationId": "start", "responses": {"200": {"description": ""}}}}},
    "components": {},
}
TEXT = json.dumps(DOCUMENT)
YAML_TEXT = """
openapi: 3.1.0
info: {title: Example, version: 1.0.0}
paths:
  /runs:
    post:
      operationId: start
      responses:
        200: {description: ''}
"""


# Files


@pytest.mark.parametrize(("name", "text"), [("api.json", TEXT), ("api.yaml", YAML_TEXT), ("api", YAML_TEXT)])
def test_a_file(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert load_document(str(file)) == DOCUMENT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<!doctype html><title>Sign in</title>", "is a web page or XML, and not JSON or YAML"),
        ('{"openapi": "3.1.0", "paths": {', "is not valid JSON: "),
        ("openapi: 3.1.0\npaths: [\n", "is not valid YAML: "),
        ("openapi: 3.1.0\npaths: &again\n  /runs: *again\n", "is not valid YAML: Circular reference"),
        ("a\0b", "is not valid YAML: "),
        (b"openapi: \xff\xfe\x00", "is not valid YAML: "),
        ("", "is not an OpenAPI document: it is no object"),
        ("[]", "is not an OpenAPI document: it is no object"),
        ("swagger: '2.0'", "is Swagger 2.0, and OpenAPI 3 is needed: convert it first"),
        ("title: A JSON Schema", "is not an OpenAPI 3 document: its `openapi` is None"),
        ("openapi: 4.0.0", "is not an OpenAPI 3 document: its `openapi` is '4.0.0'"),
        ("openapi: 3.1.0\npaths: [/runs]", "is not an OpenAPI document: its `paths` is no object of objects"),
        ("openapi: 3.1.0\npaths: {/runs: }", "is not an OpenAPI document: its `paths` is no object of objects"),
        ("openapi: 3.1.0\ncomponents: []", "is not an OpenAPI document: its `components` is no object of objects"),
    ],
)
def test_a_file_that_is_no_openapi_document(tmp_path: Path, content: str | bytes, message: str) -> None:
    file = tmp_path / "api"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert_refused(str(file), f"{file} {message}")


@pytest.mark.parametrize("source", ["nothing.yaml", "localhost:2024", "langgraph-api", "langgraph-api>=0.16"])
def test_a_source_that_is_nothing(source: str) -> None:
    assert_refused(source, f"there is no file {source}: give a file, a server's URL, or a version as in ")


def test_a_folder(tmp_path: Path) -> None:
    assert_refused(str(tmp_path), f"cannot read {tmp_path}: Is a directory")


# Servers


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("", "/openapi.json"),
        ("/", "/openapi.json"),
        ("/deployments/7/", "/deployments/7/openapi.json"),
        ("/openapi.json", "/openapi.json"),
        ("/docs/api.yaml", "/docs/api.yaml"),
    ],
)
def test_a_server(path: str, asked: str) -> None:
    with CannedServer(http_response(body=YAML_TEXT if path.endswith(".yaml") else TEXT)) as server:
        assert load_document(f"{server.url}{path}") == DOCUMENT
    assert server.requests[0].startswith(f"GET {asked} HTTP/1.1\r\n".encode())


def test_a_server_is_sent_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGGRAPH_API_KEY", "secret")
    with CannedServer(http_response(body=TEXT)) as server:
        load_document(server.url)
    assert b"x-api-key: secret\r\n" in server.requests[0]


def test_the_official_server(official_url: str) -> None:
    labels = {operation.label for operation in operations(extract_runs(load_document(official_url)))}
    assert {"POST /runs", "POST /threads/{thread_id}/runs/stream"} <= labels


def redirect(location: str) -> bytes:
    return http_response(302, headers=[("Location", location)])


def test_a_redirect_within_the_server_is_followed() -> None:
    with CannedServer(redirect("/v2/openapi.json"), http_response(body=TEXT)) as server:
        assert load_document(server.url) == DOCUMENT


def test_a_redirect_to_another_origin_is_not_followed() -> None:
    with CannedServer(http_response(body=TEXT)) as other:
        with CannedServer(redirect(f"{other.url}/openapi.json")) as server:
            assert_refused(server.url, f"a redirect to '{other.url}/openapi.json', which is not followed")
    assert other.requests == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (http_response(404, '{"detail": "Not Found"}'), "was answered with 404: Not Found"),
        (http_response(422, '{"detail": "no:\\n- not this"}'), "was answered with 422: no: - not this"),
        (http_response(401, "who are you?"), "was answered with 401: who are you? (pass api_key=..., or set LANGGRAPH"),
        (http_response(body="<html></html>", content_type="text/html"), "is a web page or XML, and not JSON or YAML"),
        (http_response(body='{"swagger": "2.0"}'), "is Swagger 2.0"),
        (http_response(body=TEXT[:-5]), "is not valid JSON"),
        (http_response(body=TEXT)[:-5], "peer closed connection"),
        (b"", "broke off"),
    ],
)
def test_a_server_that_does_not_answer_with_a_document(answer: bytes, message: str) -> None:
    with CannedServer(answer) as server:
        assert_refused(server.url, message)


def test_an_unreachable_server(closed_url: str) -> None:
    assert_refused(closed_url, f"GET {closed_url}/openapi.json could not be sent: ")


def test_a_server_that_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sources, "TIME_LIMIT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert_refused(url, f"GET {url}/openapi.json was not answered within 0.2 seconds")


def test_an_address_that_is_none() -> None:
    assert_refused("http://", "'http://' is not the address of a server")


# Published versions


def test_the_versions_of_a_package(add_wheel: AddWheel) -> None:
    for version in ("0.9.1", "0.10.0", "0.2.125", "1.0.0rc1", "0.10.0.post1"):
        add_wheel(version, {})
    assert published_versions("Example_API") == ["0.2.125", "0.9.1", "0.10.0", "0.10.0.post1"]


def test_the_document_of_a_version(add_wheel: AddWheel) -> None:
    add_wheel("0.1.0", {"example_api/openapi.py": "", "openapi.json": TEXT, "example_api/tests/openapi.json": "{}"})
    add_wheel("0.2.0", {"example_api/openapi.json": TEXT})
    assert load_document("example-api==0.1.0") == DOCUMENT
    assert load_document("example_api==0.2.0") == DOCUMENT


def test_a_version_is_fetched_once(add_wheel: AddWheel) -> None:
    wheel = add_wheel("0.1.0", {"openapi.json": TEXT})
    assert wheel_document("example-api", "0.1.0") == DOCUMENT
    wheel.unlink()
    assert wheel_document("Example.API", "0.1.0") == DOCUMENT


def test_a_damaged_document_in_the_cache_is_fetched_again(
    add_wheel: AddWheel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add_wheel("0.1.0", {"openapi.json": TEXT})
    wheel_document("example-api", "0.1.0")
    (cached,) = (tmp_path / "cache").rglob("*.json")
    cached.write_bytes(cached.read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        assert wheel_document("example-api", "0.1.0") == DOCUMENT
    assert caplog.messages == [f"{cached} is damaged: it is thrown away and fetched again"]
    assert json.loads(cached.read_bytes()) == DOCUMENT


def test_a_half_downloaded_wheel(add_wheel: AddWheel, tmp_path: Path) -> None:
    wheel = add_wheel("0.1.0", {"openapi.json": TEXT})
    wheel.write_bytes(wheel.read_bytes()[:300])
    assert_refused("example-api==0.1.0", "pip cannot fetch example-api==0.1.0: Wheel 'example-api' located at ")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("text", [TEXT[:-1], "[]", "<html>"])
def test_a_wheel_with_a_damaged_document(add_wheel: AddWheel, text: str) -> None:
    add_wheel("0.1.0", {"openapi.json": text})
    assert_refused("example-api==0.1.0", "the wheel of example-api==0.1.0 is damaged (")


def test_a_wheel_with_a_damaged_member(add_wheel: AddWheel, tmp_path: Path) -> None:
    wheel = add_wheel("0.1.0", {"openapi.json": TEXT})
    wheel.write_bytes(wheel.read_bytes().replace(b'"3.1.0"', b'"3.1.1"'))
    assert_refused("example-api==0.1.0", "is damaged (Bad CRC-32 for file 'openapi.json'): try again")
    assert not (tmp_path / "cache").exists()


def test_a_wheel_without_a_document(add_wheel: AddWheel) -> None:
    add_wheel("0.11.0", {"aegra_api/openapi.py": ""}, package="aegra-api")
    with pytest.raises(NoDocumentError) as raised:
        load_document("aegra-api==0.11.0")
    assert str(raised.value) == (
        "the wheel of aegra-api==0.11.0 carries no openapi.json: "
        "start that server and give its URL instead, which has it at /openapi.json"
    )


def test_an_unknown_version(add_wheel: AddWheel) -> None:
    for version in ("0.9.0", "0.10.0", "0.11.0.dev1"):
        add_wheel(version, {"openapi.json": TEXT})
    assert_refused("example-api==7", "pip's package index has no wheel of example-api==7; the newest is 0.10.0")


@pytest.mark.parametrize("ask", [published_versions, lambda package: wheel_document(package, "1.0")])
def test_an_unknown_package(add_wheel: AddWheel, ask: Callable[[str], object]) -> None:
    with pytest.raises(ContractError, match=r"pip's package index has no wheel of nothing(==1\.0)?$"):
        ask("nothing")


@pytest.mark.parametrize("ask", [published_versions, lambda package: wheel_document(package, "1.0")])
def test_no_network(
    add_wheel: AddWheel, monkeypatch: pytest.MonkeyPatch, ask: Callable[[str], object], closed_url: str
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", f"{closed_url}/simple")
    with pytest.raises(ContractError, match=r"pip cannot reach its package index to look for example-api(==1\.0)?: "):
        ask("example-api")


def test_a_python_without_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    monkeypatch.setattr(_wheels, "_PIP", (tmp_path / "bare" / "bin" / "python", *_wheels._PIP[1:]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert_refused("example-api==0.1.0", "pip is needed to look for example-api==0.1.0, and this Python has none")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("example-api==0.15.*", "'0.15.*' is not a version of example-api: give one in full"),
        ("-example==1.0", "'-example' is not the name of a package"),
        ("example-api==../1.0", "'../1.0' is not a version of example-api"),
    ],
)
def test_what_is_no_package_or_version(source: str, message: str) -> None:
    assert_refused(source, message)


def test_a_cache_that_cannot_be_written(add_wheel: AddWheel, tmp_path: Path) -> None:
    add_wheel("0.1.0", {"openapi.json": TEXT})
    (tmp_path / "cache").touch()
    assert_refused("example-api==0.1.0", "Not a directory; set XDG_CACHE_HOME")


def assert_refused(source: str, message: str) -> None:
    """It is refused with this in the message, which is one line."""
    with pytest.raises(ContractError) as raised:
        load_document(source)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
