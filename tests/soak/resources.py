"""What this process has open."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

MEGABYTES_ALLOWED = 24.0
"""How much more memory may be in use at the end: the allocator does not give all back that is free."""


@dataclass(frozen=True)
class Resources:
    """Counts of what has to be closed, and the memory in use, in megabytes."""

    sockets: int
    file_descriptors: int
    threads: int
    tasks: int
    memory: float

    @classmethod
    def now(cls) -> Resources:
        """Those of this process; to be called in an event loop."""
        gc.collect()
        with suppress(AttributeError):  # another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)
        descriptors = [*map(_target, Path("/proc/self/fd").iterdir())]
        return cls(
            sockets=sum(target.startswith("socket:") for target in descriptors),
            file_descriptors=len(descriptors),
            threads=threading.active_count(),
            tasks=len(asyncio.all_tasks()),
            memory=_resident_megabytes(),
        )

    def leaks(self, before: Resources) -> list[str]:
        """What there is more of than before, or much more, as for memory."""
        grown = {name: now - asdict(before)[name] for name, now in asdict(self).items()}
        return [name for name, more in grown.items() if more > (MEGABYTES_ALLOWED if name == "memory" else 0)]


def _target(descriptor: Path) -> str:
    with suppress(OSError):  # the one that lists them is gone
        return str(descriptor.readlink())
    return ""


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
