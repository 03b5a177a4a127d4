"""The testing kit: a server to try clients on, faults, and recordings.

The server speaks the Runs API, needs no network and forgets everything. It is for demos and for tests of client code;
production runs on real servers. Agents are async generator functions, and there are six built-in ones: `echo`,
`counter`, `chat`, `ask`, `fail` and `team`.

Example:
    ```python
    async def greeter(input, context):
        yield Custom("thinking")
        yield Update("greeter", {"greeting": f"Hello, {input['name']}"})


    with RunsServer({"greeter": greeter}) as server:
        with SyncRunsClient(server.url) as runs:
            print(runs.wait(None, "greeter", input={"name": "Ada"}))
    ```

`FaultProxy` stands between a client and any server and lets go wrong what a test has planned. `record` writes a stream
to a file, and `RunsServer.replay` serves it. For pytest there are fixtures, in `runs_client.testing.plugin`.

Needs the extra `testing`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._app import create_app
    from ._asgi import ASGITransport
    from ._events import Agent, Context, Custom, Event, Interrupt, Message, Step, Subgraph, Update, Values, channels
    from ._fault_proxy import FaultProxy, RecordedRequest
    from ._faults import (
        Answer,
        CleanEnd,
        Drip,
        Fault,
        Fin,
        Garbage,
        LoseResponse,
        Pass,
        Refuse,
        Reset,
        RewriteHead,
        Stall,
    )
    from ._messages import add_messages
    from ._recorder import record
    from ._recording import RecordingError
    from ._server import RunsServer

# Each name is imported when it is first used: pytest loads the plugin wherever runs-client is installed, where most
# tests need nothing of this, and the extra may be missing.
_MODULES = {
    "_app": ["create_app"],
    "_asgi": ["ASGITransport"],
    "_events": [
        "Agent",
        "Context",
        "Custom",
        "Event",
        "Interrupt",
        "Message",
        "Step",
        "Subgraph",
        "Update",
        "Values",
        "channels",
    ],
    "_fault_proxy": ["FaultProxy", "RecordedRequest"],
    "_faults": [
        "Answer",
        "CleanEnd",
        "Drip",
        "Fault",
        "Fin",
        "Garbage",
        "LoseResponse",
        "Pass",
        "Refuse",
        "Reset",
        "RewriteHead",
        "Stall",
    ],
    "_messages": ["add_messages"],
    "_recorder": ["record"],
    "_recording": ["RecordingError"],
    "_server": ["RunsServer"],
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [
    "ASGITransport",
    "Agent",
    "Answer",
    "CleanEnd",
    "Context",
    "Custom",
    "Drip",
    "Event",
    "Fault",
    "FaultProxy",
    "Fin",
    "Garbage",
    "Interrupt",
    "LoseResponse",
    "Message",
    "Pass",
    "RecordedRequest",
    "RecordingError",
    "Refuse",
    "Reset",
    "RewriteHead",
    "RunsServer",
    "Stall",
    "Step",
    "Subgraph",
    "Update",
    "Values",
    "add_messages",
    "channels",
    "create_app",
    "record",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        advice = f"{name} needs {missing}: pip install 'runs-client[testing]'"
        raise ModuleNotFoundError(advice, name=error.name) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
