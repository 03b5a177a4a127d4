from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.aegra_server import AegraInstance, aegra_cluster
from tests.servers.round_robin import RoundRobin, round_robin


@pytest.fixture(scope="session")
def cluster() -> Iterator[list[AegraInstance]]:
    """Two instances over one PostgreSQL and Redis."""
    with aegra_cluster(2) as instances:
        yield instances


@pytest.fixture
def balancer(cluster: list[AegraInstance]) -> Iterator[RoundRobin]:
    """Stands before them."""
    with round_robin([instance.url for instance in cluster]) as balancer:
        yield balancer
