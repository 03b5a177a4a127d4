"""Resume after a restart: a stream is taken up where an earlier process left it.

    python examples/resume_after_restart.py [URL [FILE]]

Kill it before it ends, and start it again. FILE holds what the next process needs: three strings.
The server must have an agent `counter`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from runs_client import SyncRunsClient


def keep(file: Path, *position: str | None) -> None:
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(position))
    beside.replace(file)  # at once: the process may be killed at any time


def main(url: str = "http://localhost:2024", path: str = "position.json") -> None:
    file = Path(path)
    with SyncRunsClient(url) as runs:
        if file.exists():
            thread_id, run_id, last_event_id = json.loads(file.read_text())
        else:
            started = runs.start(None, "counter", input={"n": 15, "delay": 0.2}, stream_mode="custom")
            thread_id, run_id, last_event_id = started.thread_id, started.run_id, "-1"  # before the first event
            keep(file, thread_id, run_id, last_event_id)
        with runs.handle(thread_id, run_id).stream(last_event_id=last_event_id) as stream:
            for part in stream:
                if part.event == "custom":
                    print(part.data, flush=True)  # may come again after a restart, but is never missed
                elif part.event == "error":
                    print("failed:", part.data["message"])
                keep(file, thread_id, run_id, stream.resume_from)
        file.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
