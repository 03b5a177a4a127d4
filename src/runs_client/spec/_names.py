"""The names that the generator gives to the parts of a contract, by the generator's own rules."""

from __future__ import annotations

from typing import Any

from openapi_python_client.config import Config
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.strings import PythonIdentifier


def python_name(name: str, config: Config) -> str:
    """The name of an operation or a parameter."""
    return PythonIdentifier(name, config.field_prefix)


def schema_class(name: str, schema: dict[str, Any], config: Config) -> Class:
    """The class and the module of a component schema."""
    return Class.from_string(string=schema.get("title") or name, config=config)
