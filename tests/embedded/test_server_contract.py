"""The server holds what the contract says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from starlette.routing import Route

from runs_client.testing import _payloads, _queries, create_app

CONTRACT: dict[str, Any] = YAML(typ="safe").load(Path(__file__).parents[2] / "openapi" / "runs.yaml")


def operations() -> set[tuple[str, str]]:
    methods = {"get", "post", "delete"}
    return {(path, method.upper()) for path, item in CONTRACT["paths"].items() for method in methods & item.keys()}


def test_every_operation_is_there() -> None:
    routes = [route for route in create_app().routes if isinstance(route, Route)]

    assert operations() <= {(route.path, method) for route in routes for method in route.methods or ()}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ("StreamMode", _payloads.STREAM_MODES),
        ("MultitaskStrategy", _payloads.MULTITASK_STRATEGIES),
        ("IfNotExists", _payloads.IF_NOT_EXISTS),
        ("OnDisconnect", _payloads.ON_DISCONNECT),
        ("OnCompletion", _payloads.ON_COMPLETION),
        ("Durability", _payloads.DURABILITIES),
        ("CancelStatus", _payloads.CANCEL_STATUSES),
        ("RunField", _queries.RUN_FIELDS),
    ],
)
def test_enumerations_are_the_same(schema: str, values: tuple[str, ...]) -> None:
    assert set(values) == set(CONTRACT["components"]["schemas"][schema]["enum"])
