"""Empty environments, in which the distributions are installed as their users install them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.distributions import ROOT

PATIENCE = 900.0
"""Seconds after which a command is given up: far more than any takes."""


class Environment:
    """A virtual environment with nothing in it.

    Args:
        folder: Where it is made.
        interpreter: With which Python.
    """

    def __init__(self, folder: Path, interpreter: str = sys.executable) -> None:
        checked([interpreter, "-m", "venv", str(folder)], ROOT)
        self._folder = folder
        self.python = self.program("python")

    def program(self, name: str) -> str:
        return str(self._folder / "bin" / name)

    def install(self, *arguments: str) -> None:
        """Install with pip, which says why it cannot."""
        quiet = ("--quiet", "--disable-pip-version-check")
        checked([self.python, "-m", "pip", "install", *quiet, *arguments], self._folder)

    def run(self, program: str, *arguments: str) -> str:
        """Run some Python, outside of the checkout; gives its output."""
        return checked([self.python, "-c", program, *arguments], self._folder)

    def distributions(self) -> set[str]:
        """What is installed, but for pip and its like."""
        listed = checked([self.python, "-m", "pip", "list", "--format", "json"], self._folder)
        return {str(one["name"]) for one in json.loads(listed)} - {"pip", "setuptools", "wheel"}


def checked(command: list[str], folder: Path) -> str:
    """Run a command; gives its output.

    Raises:
        RuntimeError: It failed.
    """
    # What of this environment tells Python where to look must not reach another one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
