"""A script without `async`: two runs on one thread, then the list of them.

    python examples/sync_script.py [URL]

The server must have an agent `echo`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import sys
from uuid import uuid4

from runs_client import SyncRunsClient


def main(url: str = "http://localhost:2024") -> None:
    thread_id = uuid4()
    with SyncRunsClient(url) as runs:
        state = runs.wait(thread_id, "echo", input={"text": "one"}, if_not_exists="create")
        print("state:", state)
        for part in runs.stream(thread_id, "echo", input={"text": "two"}, stream_mode="updates"):
            if part.event == "updates":
                print("step:", part.data)
        for run in runs.iter(thread_id):
            print("run:", run.run_id, run.status)


if __name__ == "__main__":
    main(*sys.argv[1:])
