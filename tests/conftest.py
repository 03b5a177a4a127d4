from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

import pytest

from runs_client import RunsClient
from runs_client.testing import RunsServer
from tests.clients import CLIENTS, HANDED_IN, ClientFactory
from tests.distributions import Distributions, build
from tests.servers.aegra_server import aegra_server
from tests.servers.javascript_server import javascript_server
from tests.servers.official_server import official_server
from tests.servers.processes import closed_port

pytest_plugins = [
    "tests.members_table",
    "tests.reliability_table",
    "tests.hostile_table",
    "tests.cluster_table",
    "tests.compatibility_table",
]


Starter: TypeAlias = Callable[[], AbstractContextManager[str]]

STARTERS: dict[str, Starter] = {"official": official_server, "javascript": javascript_server, "aegra": aegra_server}
BY_DEFAULT = "embedded,official"
_URLS = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "made_here: is about the HTTP client that is made here")
    config.addinivalue_line("markers", "needs_asyncio: is left out under trio")
    if config.getoption("--backend") == "trio":
        # httpcore leaves generators to the garbage collector whenever a response is not read to its end.
        config.addinivalue_line("filterwarnings", "ignore:Async generator 'http:ResourceWarning")
    # What a shell starts in the background ignores Ctrl-C, and so would all that the tests press it for.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--servers",
        metavar="NAMES",
        help=f"run tests over these servers: embedded, {', '.join(STARTERS)} (default: {BY_DEFAULT}); "
        "where several processes run tests, they share them",
    )

    parser.addoption(
        "--clients",
        metavar="NAMES",
        default=",".join(CLIENTS),
        help=f"run tests with these clients: {', '.join([*CLIENTS, *HANDED_IN])} (default: %(default)s)",
    )
    parser.addoption("--backend", choices=["asyncio", "trio"], default="asyncio", help="run tests in this event loop")


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Let anyio run each test that is a coroutine: its setting `anyio_mode` is younger than the lowest version here."""
    if collector.istestfunction(obj, name) and iscoroutinefunction(obj):
        pytest.mark.usefixtures("anyio_backend")(obj)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--backend") == "trio":
        for item in items:
            if item.get_closest_marker("needs_asyncio") or "aiohttp" in item.name.lower():
                item.add_marker(pytest.mark.skip(reason="needs asyncio"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "client_factory" in metafunc.fixturenames:
        clients = str(metafunc.config.getoption("--clients")).split(",")
        if metafunc.definition.get_closest_marker("made_here"):
            clients = [name for name in clients if name not in HANDED_IN]
        metafunc.parametrize("client_factory", clients, indirect=True)
    if "server" in metafunc.fixturenames:
        names = metafunc.config.getoption("--servers") or BY_DEFAULT
        metafunc.parametrize("server", names.split(","), indirect=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start the servers that were asked for, before the first process that runs tests; tell it where they are."""
    node.workerinput["urls"] = _shared_urls(node.config)


def _shared_urls(config: pytest.Config) -> dict[str, str]:
    if _URLS not in config.stash:
        servers = ExitStack()
        config.add_cleanup(servers.close)
        names = (config.getoption("--servers") or "").split(",")
        config.stash[_URLS] = {name: servers.enter_context(STARTERS[name]()) for name in names if name in STARTERS}
    return config.stash[_URLS]


def _url(name: str, config: pytest.Config) -> Iterator[str]:
    shared: dict[str, str] = getattr(config, "workerinput", {}).get("urls", {})
    if name in shared:
        yield shared[name]
    else:
        with STARTERS[name]() as url:
            yield url


@pytest.fixture(scope="session")
def anyio_backend(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--backend"))


@pytest.fixture(autouse=True)
def no_api_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGGRAPH_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    with RunsServer(heartbeat=0.5) as server:
        yield server.url


@pytest.fixture(scope="session")
def official_url(pytestconfig: pytest.Config) -> Iterator[str]:
    yield from _url("official", pytestconfig)


@pytest.fixture(scope="session")
def javascript_url(pytestconfig: pytest.Config) -> Iterator[str]:
    yield from _url("javascript", pytestconfig)


@pytest.fixture(scope="session")
def aegra_url(pytestconfig: pytest.Config) -> Iterator[str]:
    yield from _url("aegra", pytestconfig)


@pytest.fixture
def closed_url() -> Iterator[str]:
    """An address where nobody listens."""
    with closed_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server, one after another of those that `--servers` names; `server_url` is where it listens."""
    name: str = request.param
    return name


@pytest.fixture
def server_url(server: str, request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{server}_url")
    return url


@pytest.fixture
def client_factory(request: pytest.FixtureRequest) -> ClientFactory:
    """Makes clients of one kind; a test that takes it runs with each kind that `--clients` names."""
    return {**CLIENTS, **HANDED_IN}[request.param]


@pytest.fixture
async def runs(server_url: str, client_factory: ClientFactory) -> AsyncIterator[RunsClient]:
    async with client_factory(server_url) as client:
        yield client
