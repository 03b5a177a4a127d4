"""Fills the templates: the stock ones of openapi-python-client, and ours around them."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path
from typing import Any

import openapi_python_client as generator
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.bodies import BodyType
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from ._contract import components_reached, json_body, operations
from ._names import schema_class

SCHEMA_PREFIX = "#/components/schemas/"


def render(contract: dict[str, Any], data: GeneratorData, config: Config, templates: Path) -> None:
    """Write the package that the settings name, unformatted.

    Args:
        contract: The OpenAPI document.
        data: What the generator understood of it.
        config: The generator's settings.
        templates: The folder of our templates.
    """
    project = _Project(openapi=data, config=config, custom_template_path=templates)
    project.payload_models = _payload_models(contract, data, config)
    with contextlib.redirect_stdout(io.StringIO()):  # it announces where it writes
        project.build()
    (project.package_dir / "py.typed").touch()


def unusable_bodies(data: GeneratorData) -> Iterator[str]:
    """A sentence for each request body that is no JSON object with named fields, and no list of such."""
    known = {model.class_info.name for model in data.models}
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            label = f"{endpoint.method.upper()} {endpoint.path.get_untrusted_value()}"
            if len(endpoint.bodies) > 1 or any(body.body_type is not BodyType.JSON for body in endpoint.bodies):
                yield f"{label} has a request body that is not JSON alone"
            elif endpoint.bodies:
                body = endpoint.bodies[0].prop
                item = body.inner_property if isinstance(body, ListProperty) else body
                if not isinstance(item, ModelProperty) or item.class_info.name not in known:
                    yield f"{label} has a request body that is no object with named properties, nor a list of such"


class _Project(generator.Project):
    """The stock project, with the stock templates in reach of ours and two files more."""

    payload_models: list[ModelProperty]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        stock = PrefixLoader({"stock": PackageLoader("openapi_python_client")})
        assert self.env.loader is not None
        self.env.loader = ChoiceLoader([self.env.loader, stock])
        self.env.filters["regex_replace"] = lambda text, pattern, replacement: re.sub(pattern, replacement, text)
        self.env.tests["attribute_name"] = _is_attribute_name
        self.env.globals["models_by_class"] = _models_by_class(self.openapi)

    def _build_models(self) -> None:
        super()._build_models()
        self._render("payloads.py", request_models=self.payload_models)
        self._render("parameters.py")

    def _render(self, name: str, **context: Any) -> None:
        text = self.env.get_template(f"{name}.jinja").render(**context)
        (self.package_dir / name).write_text(text, encoding="utf-8")


def _is_attribute_name(name: UntrustedString) -> bool:
    """Whether a class can have an annotated attribute of this name. Two leading underscores would be mangled."""
    text = name.get_untrusted_value()
    return text.isidentifier() and not iskeyword(text) and not text.startswith("__")


def _models_by_class(data: GeneratorData) -> dict[str, ModelProperty]:
    return {model.class_info.name: model for model in data.models}


def _payload_models(contract: dict[str, Any], data: GeneratorData, config: Config) -> list[ModelProperty]:
    """The models that request bodies are made of: component schemas, and objects defined inside of them."""
    schemas = contract.get("components", {}).get("schemas", {})
    open_names = {
        model.class_info.name
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
        for body in endpoint.bodies
        for model in _models_within(body.prop)
    }
    for operation in operations(contract):
        body = json_body(contract, operation)
        for reference in components_reached(contract, body):
            name = reference.removeprefix(SCHEMA_PREFIX)
            open_names.add(schema_class(name, schemas[name], config).name)
    models = _models_by_class(data)
    found: dict[str, ModelProperty] = {}
    while open_names:
        name = open_names.pop()
        if name in models and name not in found:
            found[name] = models[name]
            for item in [*(found[name].required_properties or []), *(found[name].optional_properties or [])]:
                open_names |= {model.class_info.name for model in _models_within(item)}
    return [found[name] for name in sorted(found)]


def _models_within(item: Any) -> Iterator[ModelProperty]:
    if isinstance(item, ModelProperty):
        yield item
    elif isinstance(item, UnionProperty):
        for inner in item.inner_properties:
            yield from _models_within(inner)
    elif isinstance(item, ListProperty):
        yield from _models_within(item.inner_property)
