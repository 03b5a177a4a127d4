"""`python -m runs_client.testing`: serves the built-in agents until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
from contextlib import suppress

from sse_starlette.sse import AppStatus

from ._app import create_app
from ._server import StoppableServer, listen


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m runs_client.testing",
        description="A server with built-in agents, for demos and tests.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=2024, help="port, 0 for a free one (%(default)s)")
    parser.add_argument(
        "--heartbeat", type=float, default=5.0, help="seconds between heartbeats, 0 for none (%(default)s)"
    )
    options = parser.parse_args()
    AppStatus.enable_automatic_graceful_drain = False  # the streams end when their runs are cancelled
    app = create_app(heartbeat=options.heartbeat or None)
    with listen(options.host, options.port) as listening:
        print(f"http://{options.host}:{listening.getsockname()[1]}", flush=True)
        with suppress(KeyboardInterrupt):
            StoppableServer(app).run(sockets=[listening])


if __name__ == "__main__":
    main()
