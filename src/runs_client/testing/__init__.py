"""A server to try clients on: it speaks the Runs API, needs no network and forgets everything.

It is for demos and for tests of client code; production runs on real servers. Agents are async generator
functions, and there are six built-in ones: `echo`, `counter`, `chat`, `ask`, `fail` and `team`.

Example:
    ```python
    async def greeter(input, context):
        yield Custom("thinking")
        yield Update("greeter", {"greeting": f"Hello, {input['name']}"})


    with RunsServer({"greeter": greeter}) as server:
        with SyncRunsClient(server.url) as runs:
            print(runs.wait(None, "greeter", input={"name": "Ada"}))
    ```

`FaultProxy` stands between a client and any server and lets go wrong what a test has planned.

Needs the extra `testing`.
"""

from ._app import create_app
from ._events import (
    Agent,
    Context,
    Custom,
    Event,
    Interrupt,
    Message,
    Step,
    Subgraph,
    Update,
    Values,
    channels,
)
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
from ._server import RunsServer

__all__ = [
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
]
