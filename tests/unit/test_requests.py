"""Addresses, headers, keys, keywords and bodies: from a call to a request."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest

from runs_bindings.api import runs as operations
from runs_client import InvalidRequestError
from runs_client._headers import FROM_ENVIRONMENT
from runs_client._json import encode_json
from runs_client._requests import RequestFactory, batch_body, cancellation, creation_body
from runs_client._url import BaseURL


def factory(url: str = "http://h", api_key: str | None = None, **headers: str) -> RequestFactory:
    return RequestFactory(url, api_key, headers)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://h", "http://h"),
        ("https://h:8443/", "https://h:8443"),
        ("http://h/prefix/", "http://h/prefix"),
        ("HTTP://H/x", "http://H/x"),
        ("http://[::1]:2024", "http://[::1]:2024"),
    ],
)
def test_addresses(url: str, text: str) -> None:
    assert str(BaseURL(url)) == text
    assert BaseURL(url).join("/runs", [("a", "b c")]) == f"{text}/runs?a=b+c"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("localhost:2024", "begin with http"),
        ("h", "begin with http"),
        ("", "begin with http"),
        ("ftp://h", "begin with http"),
        ("http://", "name a host"),
        ("http://h:port", "Port"),
        ("http://h:99999", "ort"),
        ("http://user:secret@h", "user name"),
        ("http://h?a=b", "query"),
        ("http://h#a", "fragment"),
        ("http://h\n", "white space"),
        ("http://h /", "white space"),
    ],
)
def test_what_is_no_address(url: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=reason) as caught:
        BaseURL(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://h/b"),
        ("http://h:80/b", "http://h:80/b"),
        ("HTTP://H/b", "http://H/b"),
        ("https://h/b", None),
        ("http://h:8080/b", None),
        ("http://other/b", None),
        ("//other/b", None),
        ("file:///etc/passwd", None),
        ("http://[broken", None),
    ],
)
def test_a_redirect_stays_on_its_origin(location: str, target: str | None) -> None:
    try:
        found = BaseURL("http://h").redirected("http://h/a", location)
    except ValueError:
        found = None
    assert found == target


def test_the_key_comes_from_the_argument_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def key_sent(api_key: str | None) -> str | None:
        return (
            factory(api_key=api_key)
            .for_operation(operations.get_run, ("t", "r"), method="get")
            .headers.get("x-api-key")
        )

    assert key_sent(FROM_ENVIRONMENT) is None
    for name in ("LANGCHAIN_API_KEY", "LANGSMITH_API_KEY", "LANGGRAPH_API_KEY"):
        monkeypatch.setenv(name, f"from {name}")
        assert key_sent(FROM_ENVIRONMENT) == f"from {name}"
    assert key_sent("mine") == "mine"
    assert key_sent(None) is None


def test_headers_of_a_call_come_last() -> None:
    request = factory(api_key="key", a="default", b="default").for_operation(
        operations.join_run_stream,
        ("t", "r"),
        method="join_stream",
        keywords={"last_event_id": "7"},
        headers={"B": "mine"},
    )
    assert request.headers["a"] == "default"
    assert request.headers["b"] == "mine"
    assert request.headers["last-event-id"] == "7"
    assert request.headers["x-api-key"] == "key"
    assert "key" not in repr(request)


@pytest.mark.parametrize("name", ["a b", "", "a:", "a\n", "ä"])
def test_a_header_name_that_breaks_out(name: str) -> None:
    with pytest.raises(InvalidRequestError, match="header name"):
        factory(**{name: "x"})


@pytest.mark.parametrize("value", ["a\nb: c", "a\r", "a\0", "ä", 7])
def test_a_header_value_that_breaks_out(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="value of header 'x-y'") as caught:
        factory(**{"x-y": value})
    assert "b: c" not in str(caught.value), "a value may be a secret"
    with pytest.raises(InvalidRequestError):
        factory(api_key="line\nbreak")
    with pytest.raises(InvalidRequestError):
        factory().for_operation(operations.join_run_stream, ("t", "r"), method="j", keywords={"last_event_id": "1\n"})


@pytest.mark.parametrize(
    ("segment", "path"),
    [
        ("a", "a"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a/b", "a%2Fb"),
        ("?x", "%3Fx"),
        ("#x", "%23x"),
        ("%2F", "%252F"),
        ("é", "%C3%A9"),
        ("a b\n", "a%20b%0A"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    ],
)
def test_ids_are_data(segment: str | UUID, path: str) -> None:
    request = factory("http://h/prefix").for_operation(operations.get_run, (segment, segment), method="get")
    assert request.url == f"http://h/prefix/threads/{path}/runs/{path}"


def test_an_id_that_is_none() -> None:
    no_id: Any = None
    with pytest.raises(InvalidRequestError, match="get.*run_id must not be empty"):
        factory().for_operation(operations.get_run, ("t", ""), method="get")
    with pytest.raises(TypeError, match="thread_id must be a string or a UUID"):
        factory().for_operation(operations.get_run, (no_id, "r"), method="get")


def test_bodies() -> None:
    body = creation_body("create", UUID(int=7), {"input": None, "metadata": {"a": None}}, operations.create_run)
    assert body == {"assistant_id": str(UUID(int=7)), "metadata": {"a": None}}
    with pytest.raises(InvalidRequestError, match="assistant_id must not be empty"):
        creation_body("create", "", {}, operations.create_run)
    with pytest.raises(TypeError, match="create_batch.*'assistantid'; did you mean 'assistant_id'"):
        batch_body("create_batch", [{"assistantid": "a"}], operations.create_run_batch)


@pytest.mark.parametrize(
    ("keyword", "nearest"),
    [("inputs", "input"), ("streamMode", "stream_mode"), ("multi_task_strategy", "multitask_strategy")],
)
def test_a_misspelt_keyword_names_the_right_one(keyword: str, nearest: str) -> None:
    with pytest.raises(TypeError, match=f"create.*'{keyword}'; did you mean '{nearest}'"):
        creation_body("create", "a", {keyword: 1}, operations.create_run)


def test_a_keyword_like_no_other_lists_those_there_are() -> None:
    with pytest.raises(TypeError, match="known are: action, wait"):
        factory().for_operation(operations.cancel_run, ("t", "r"), method="cancel", keywords={"qqq": 1})


def test_a_keyword_of_the_other_kind_of_run() -> None:
    with pytest.raises(TypeError, match="multitask_strategy"):
        creation_body("create", "a", {"multitask_strategy": "reject"}, operations.create_stateless_run)


@dataclasses.dataclass
class Point:
    x: int


class Pydantic:
    def model_dump(self) -> dict[str, int]:
        return {"y": 2}


def test_what_can_be_written_as_json() -> None:
    value = [Point(1), Pydantic(), {3}, (4,), UUID(int=5), datetime(2026, 1, 1, tzinfo=timezone.utc)]
    assert json.loads(encode_json(value)) == [
        {"x": 1}, {"y": 2}, [3], [4], str(UUID(int=5)), "2026-01-01T00:00:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [object(), {1: 2}, b"bytes", Point, 2**70])
def test_what_cannot(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be written as JSON"):
        encode_json({"input": value})


def test_waiting_for_a_cancellation_is_asked_for_in_a_way_that_all_servers_take() -> None:
    assert cancellation({"wait": True, "action": "rollback"}) == {"wait": 1, "action": "rollback"}
    assert cancellation({"wait": False}) == cancellation({"wait": None}) == {}
