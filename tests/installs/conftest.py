from __future__ import annotations

from collections.abc import Iterator

import pytest

from runs_client.testing import RunsServer


@pytest.fixture
def url() -> Iterator[str]:
    with RunsServer() as server:
        yield server.url
