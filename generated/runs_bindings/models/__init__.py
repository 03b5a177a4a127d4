"""The models of requests and responses, each loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .all_nodes import AllNodes
    from .attached_options import AttachedOptions
    from .cancel_action import CancelAction
    from .cancel_status import CancelStatus
    from .checkpoint import Checkpoint
    from .command import Command
    from .durability import Durability
    from .error_body import ErrorBody
    from .if_not_exists import IfNotExists
    from .langsmith_tracer import LangsmithTracer
    from .multitask_strategy import MultitaskStrategy
    from .on_completion import OnCompletion
    from .on_disconnect import OnDisconnect
    from .run import Run
    from .run_config import RunConfig
    from .run_field import RunField
    from .run_options import RunOptions
    from .run_status import RunStatus
    from .run_target import RunTarget
    from .runs_cancel import RunsCancel
    from .send import Send
    from .stateless_run_create import StatelessRunCreate
    from .stateless_run_create_attached import StatelessRunCreateAttached
    from .stateless_run_options import StatelessRunOptions
    from .stream_mode import StreamMode
    from .stream_mode_option import StreamModeOption
    from .thread_run_create import ThreadRunCreate
    from .thread_run_create_attached import ThreadRunCreateAttached
    from .thread_run_options import ThreadRunOptions

_MODULES = {
    "AllNodes": ".all_nodes",
    "AttachedOptions": ".attached_options",
    "CancelAction": ".cancel_action",
    "CancelStatus": ".cancel_status",
    "Checkpoint": ".checkpoint",
    "Command": ".command",
    "Durability": ".durability",
    "ErrorBody": ".error_body",
    "IfNotExists": ".if_not_exists",
    "LangsmithTracer": ".langsmith_tracer",
    "MultitaskStrategy": ".multitask_strategy",
    "OnCompletion": ".on_completion",
    "OnDisconnect": ".on_disconnect",
    "Run": ".run",
    "RunConfig": ".run_config",
    "RunField": ".run_field",
    "RunOptions": ".run_options",
    "RunStatus": ".run_status",
    "RunTarget": ".run_target",
    "RunsCancel": ".runs_cancel",
    "Send": ".send",
    "StatelessRunCreate": ".stateless_run_create",
    "StatelessRunCreateAttached": ".stateless_run_create_attached",
    "StatelessRunOptions": ".stateless_run_options",
    "StreamMode": ".stream_mode",
    "StreamModeOption": ".stream_mode_option",
    "ThreadRunCreate": ".thread_run_create",
    "ThreadRunCreateAttached": ".thread_run_create_attached",
    "ThreadRunOptions": ".thread_run_options",
}

__all__ = (
    "AllNodes",
    "AttachedOptions",
    "CancelAction",
    "CancelStatus",
    "Checkpoint",
    "Command",
    "Durability",
    "ErrorBody",
    "IfNotExists",
    "LangsmithTracer",
    "MultitaskStrategy",
    "OnCompletion",
    "OnDisconnect",
    "Run",
    "RunConfig",
    "RunField",
    "RunOptions",
    "RunsCancel",
    "RunStatus",
    "RunTarget",
    "Send",
    "StatelessRunCreate",
    "StatelessRunCreateAttached",
    "StatelessRunOptions",
    "StreamMode",
    "StreamModeOption",
    "ThreadRunCreate",
    "ThreadRunCreateAttached",
    "ThreadRunOptions",
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
