"""What `make demo` shows: `runs-client demo`, in words wherever it is printed."""

from __future__ import annotations

import asyncio

from runs_client.cli._demo import Words, tell

if __name__ == "__main__":
    asyncio.run(tell(Words()))
