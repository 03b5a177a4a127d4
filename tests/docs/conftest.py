from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from ruamel.yaml import YAML
from starlette.requests import Request
from starlette.responses import JSONResponse

from runs_client.testing import RunsServer, Update
from runs_client.testing._agents import BUILT_IN
from tests.docs.pages import ROOT


async def agent(input: object, context: object) -> AsyncIterator[Update]:
    """The agent of pages that are about nobody's agent in particular."""
    yield Update("agent", {"answer": "!"})


async def document(_: Request) -> JSONResponse:
    """As servers publish it."""
    return JSONResponse(YAML(typ="safe").load(ROOT / "openapi" / "runs.yaml"))


@pytest.fixture(scope="session")
def handbook_url() -> Iterator[str]:
    """The server that pages talk to: what `runs-client serve` starts, one agent more, and the document of its API."""
    server = RunsServer({**BUILT_IN, "agent": agent})
    server.app.add_route("/openapi.json", document)
    with server:
        yield server.url
