from __future__ import annotations

from collections.abc import Iterator

import pytest

from runs_client.testing import RunsServer
from tests.installs.environments import Distributions, build


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def url() -> Iterator[str]:
    with RunsServer() as server:
        yield server.url
