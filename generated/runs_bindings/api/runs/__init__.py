"""One module per operation, loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import cancel_run as cancel_run
    from . import cancel_runs as cancel_runs
    from . import create_run as create_run
    from . import create_run_batch as create_run_batch
    from . import create_stateless_run as create_stateless_run
    from . import delete_run as delete_run
    from . import get_run as get_run
    from . import join_run as join_run
    from . import join_run_stream as join_run_stream
    from . import join_stateless_run_stream as join_stateless_run_stream
    from . import list_runs as list_runs
    from . import stream_run as stream_run
    from . import stream_stateless_run as stream_stateless_run
    from . import wait_run as wait_run
    from . import wait_stateless_run as wait_stateless_run

__all__ = (
    "cancel_run",
    "cancel_runs",
    "create_run",
    "create_run_batch",
    "create_stateless_run",
    "delete_run",
    "get_run",
    "join_run",
    "join_run_stream",
    "join_stateless_run_stream",
    "list_runs",
    "stream_run",
    "stream_stateless_run",
    "wait_run",
    "wait_stateless_run",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
