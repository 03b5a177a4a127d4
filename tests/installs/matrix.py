"""Runs the fast tests with every Python that is here, with the lowest and the highest versions of the dependencies.

    python -m tests.installs.matrix --document docs/installation.md

The lowest versions are those that pyproject.toml names; what they depend on in turn is not held back.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from xml.etree import ElementTree

from packaging.requirements import Requirement

from tests.distributions import ROOT, Distributions, build
from tests.installs.environments import Environment, checked
from tests.marked_section import markdown_table, write_section

SUITE = ("tests/unit", "tests/embedded")
RESOLUTIONS = ("lowest", "highest")
MINOR_VERSIONS = range(10, 20)

_ABOUT = "import platform, sys; print(platform.python_version(), sys.executable)"


@dataclass(frozen=True)
class Interpreter:
    version: str
    path: str
    is_free_threaded: bool

    def __str__(self) -> str:
        return f"{self.version}, free-threaded" if self.is_free_threaded else self.version


@dataclass(frozen=True)
class Result:
    """What became of the tests, or why they did not run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return self.passed > 0 and not self.failed and not self.problem

    def __str__(self) -> str:
        if self.problem:
            return "could not be installed"
        return f"{self.passed:,} passed" + (f", **{self.failed:,} failed**" if self.failed else "")


def main() -> int:
    """Run all, tell the table, and write it if all is well. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.installs.matrix", description=__doc__)
    parser.add_argument("--document", type=Path, metavar="FILE", help="write the table into its section `matrix`")
    arguments = parser.parse_args()
    rows, all_good = [], True
    with tempfile.TemporaryDirectory() as folder:
        distributions = build(Path(folder))
        for interpreter in interpreters():
            results = [run_suite(interpreter, which, distributions, Path(folder)) for which in RESOLUTIONS]
            for which, result in zip(RESOLUTIONS, results, strict=True):
                print(f"Python {interpreter}, {which}: {result} {result.problem}", flush=True)
                all_good = all_good and result.is_good
            rows.append([str(interpreter), *map(str, results)])
    if arguments.document and all_good:
        write_section(arguments.document, "matrix", markdown_table(["Python", *RESOLUTIONS], rows))
    return 0 if all_good else 1


def interpreters() -> Iterator[Interpreter]:
    """Every interpreter of a version that the library allows."""
    for minor in MINOR_VERSIONS:
        for suffix in ("", "t"):
            # pyenv gives a version only to who asks for it.
            environment = {**os.environ, "PYENV_VERSION": f"3.{minor}{suffix}"}
            try:
                done = subprocess.run(
                    [f"python3.{minor}{suffix}", "-c", _ABOUT], env=environment, capture_output=True, text=True
                )
            except FileNotFoundError:
                continue
            if done.returncode == 0:
                version, path = done.stdout.strip().split(" ", 1)
                yield Interpreter(version, path, is_free_threaded=bool(suffix))


def lowest_versions() -> str:
    """Constraints for pip: of each dependency, the lowest version that is allowed."""
    requirements = [Requirement(line) for line in requires("runs-client") or []]
    lowest = {
        f"{requirement.name}=={bound.version}\n"
        for requirement in requirements
        for bound in requirement.specifier
        if bound.operator == ">="
    }
    return "".join(sorted(lowest))


def run_suite(interpreter: Interpreter, which: str, distributions: Distributions, folder: Path) -> Result:
    """Run the tests against the wheel with all of its extras."""
    name = f"{interpreter}-{which}"
    environment = Environment(folder / name, interpreter.path)
    constraints = folder / "lowest.txt"
    constraints.write_text(lowest_versions(), encoding="utf-8")
    # Looking for versions that fit, pip would build those that are too old to have a wheel.
    limits = ["--only-binary", ":all:", *(["--constraint", str(constraints)] if which == "lowest" else [])]
    try:
        environment.install(f"{distributions.wheel}[all]", "-r", str(ROOT / "requirements" / "matrix.in"), *limits)
    except RuntimeError as error:
        return Result(problem=str(error))
    report = folder / f"{name}.xml"
    # Warnings of old dependencies about new Pythons are not ours.
    options = ("--numprocesses", "4", "--dist", "worksteal", "-p", "no:cacheprovider", "-o", "filterwarnings=default")
    try:
        checked([environment.python, "-m", "pytest", *SUITE, *options, f"--junitxml={report}"], ROOT)
        problem = ""
    except RuntimeError as error:
        problem = str(error)
    (counts,) = ElementTree.parse(report).iter("testsuite")
    number = {name: int(counts.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    failed = number["failures"] + number["errors"]
    if problem:
        print(problem, file=sys.stderr)
    return Result(number["tests"] - failed - number["skipped"], failed, number["skipped"])


if __name__ == "__main__":
    sys.exit(main())
