"""A short soak, against the embedded server."""

from __future__ import annotations

import logging

import pytest

from tests.soak.scripts import KINDS
from tests.soak.servers import embedded_server
from tests.soak.soak import soak

pytestmark = pytest.mark.anyio


async def test_a_short_soak(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "runs_client")  # each reconnect is a warning
    with embedded_server() as url:
        report = await soak({"embedded": url}, seconds=2, streams=60, seed=1)
    assert report.wrong == []
    assert report.leaks == [], f"{report.before} grew to {report.after}"
    assert report.injected.keys() == KINDS.keys()
    assert sum(counts.reconnects for counts in report.counts.values()) > 0
