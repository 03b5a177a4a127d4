"""How fast each contender is: all workloads, in rounds."""

from __future__ import annotations

import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field

from benchmarks.processes import HERE, PYTHON, Conversation, running, server
from benchmarks.workloads import RUN_ID, THREAD_ID, WARM_UP, Workload


@dataclass
class Cell:
    """What one contender did of one workload: units a second in each round, or the errors that ended it."""

    rates: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """The median."""
        return statistics.median(self.rates) if self.rates and not self.errors else None

    def ratios(self, base: Cell) -> list[float]:
        """In each round, how many times as fast as another one; nothing if either of them failed."""
        if not self.rates or self.errors or base.errors:
            return []
        return [rate / other for rate, other in zip(self.rates, base.rates, strict=True)]


Table = dict[str, dict[str, Cell]]
"""By workload and contender."""


def measure(contenders: Sequence[str], workloads: Sequence[Workload], rounds: int) -> Table:
    """Let the contenders take turns. Each round has new processes: where the machine puts one of them matters."""
    table: Table = defaultdict(lambda: defaultdict(Cell))
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        with ExitStack() as stack:
            url = stack.enter_context(server())
            workers = {name: stack.enter_context(running(*_command(name, url))) for name in contenders}
            for worker in workers.values():
                for workload in WARM_UP:
                    worker.ask(asdict(workload))
            for workload in workloads:
                for name, worker in workers.items():
                    if _takes_part(name, workload):
                        _run(worker, workload, table[workload.name][name])
    return table


def _takes_part(name: str, workload: Workload) -> bool:
    if workload.only not in name or workload.without == name:
        return False
    return workload.for_all or not name.endswith("-sync")


def _command(name: str, url: str) -> list[str]:
    if name == "sdk-js":
        return ["node", str(HERE / "contenders" / "sdk.mjs"), url, THREAD_ID, RUN_ID]
    return [PYTHON, "-m", "benchmarks.worker", name, url]


def _run(worker: Conversation, workload: Workload, cell: Cell) -> None:
    if cell.errors:
        return  # it cannot do this, and waiting for its time limits again tells nothing new
    answer = worker.ask(asdict(workload))
    if "error" in answer:
        cell.errors.append(answer["error"])
    else:
        cell.rates.append(workload.units / answer["seconds"])
