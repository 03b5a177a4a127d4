"""Which methods call an operation."""

from __future__ import annotations

import inspect

import pytest

from runs_client import RunsClient
from runs_client.spec._contract import operations, read_contract
from runs_client.spec._members import members_of

from .contracts import OPENAPI

# The methods that are one operation each, or one after another.
NAMED = {"cancel", "cancel_many", "create", "create_batch", "delete", "get", "iter", "join", "join_stream", "list"}
NAMED |= {"stream", "wait"}


@pytest.mark.parametrize(
    ("label", "members"),
    [
        ("POST /threads/{thread_id}/runs", {"create"}),
        ("POST /threads/{}/runs/stream", {"stream"}),
        ("POST /threads/{thread_id}/runs/wait", {"wait"}),
        ("GET /threads/{thread_id}/runs", {"iter", "list"}),
        ("DELETE /threads/{t}/runs/{r}", {"delete"}),
        ("POST /threads/{t}/runs/{r}/cancel", {"cancel"}),
        ("POST /runs/batch", {"create_batch"}),
        ("POST /runs/cancel", {"cancel_many"}),
        ("POST /runs/stream", {"stream"}),
        ("POST /runs/wait", {"wait"}),
        # A stateless stream is created first and joined then; and a run is joined when its connection is lost.
        ("POST /runs", {"create", "stream"}),
        ("GET /threads/{t}/runs/{r}/join", {"join", "join_stream", "stream", "wait"}),
        ("GET /threads/{t}/runs/{r}/stream", {"join_stream", "stream"}),
        ("GET /threads/{t}/runs/{r}", {"get", "join_stream", "stream"}),
        ("GET /threads", set()),
    ],
)
def test_the_members_of_an_operation(label: str, members: set[str]) -> None:
    assert set(members_of([label])) & NAMED == members


def test_every_operation_of_the_contract_is_called() -> None:
    for operation in operations(read_contract(OPENAPI / "runs.yaml")):
        assert members_of([operation.label]), operation.label


def test_every_member_can_be_called() -> None:
    labels = [operation.label for operation in operations(read_contract(OPENAPI / "runs.yaml"))]
    for member in members_of(labels):
        assert inspect.isfunction(getattr(RunsClient, member))
