"""What others say of the distributions: twine, check-wheel-contents and pyright."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.distributions import ROOT, Distributions
from tests.installs.environments import Environment, checked

TOOLS = Path(sys.executable).parent


def test_twine_takes_them(distributions: Distributions) -> None:
    paths = [str(distributions.wheel), str(distributions.sdist)]
    checked([str(TOOLS / "twine"), "check", "--strict", *paths], ROOT)


def test_the_wheel_holds_nothing_by_mistake(distributions: Distributions) -> None:
    checked([str(TOOLS / "check-wheel-contents"), str(distributions.wheel)], ROOT)


def test_all_that_is_public_has_a_type(distributions: Distributions, tmp_path: Path) -> None:
    environment = Environment(tmp_path / "environment")
    environment.install(f"{distributions.wheel}[aiohttp,testing]", "pytest")
    verify = [str(TOOLS / "pyright"), "--verifytypes", "runs_client", "--ignoreexternal", "--outputjson"]
    # pyright looks for the package where the first Python of the path finds its own.
    path = os.pathsep.join([str(Path(environment.python).parent), os.environ["PATH"]])
    done = subprocess.run(
        verify, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)["typeCompleteness"]
    incomplete = [symbol for symbol in report["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    assert report["symbols"]
    assert not incomplete
    assert report["completenessScore"] == 1
