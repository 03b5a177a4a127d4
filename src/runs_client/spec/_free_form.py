"""Objects of any shape as plain `dict`s, where the stock generator writes a class around each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from attrs import evolve
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode


class _DictProperty(AnyProperty):
    _type_string: ClassVar[str] = "dict[str, Any]"
    _json_type_string: ClassVar[str] = "dict[str, Any]"

    def get_instance_type_string(self) -> PythonCode:
        return PythonCode("dict")


def simplify_free_form_objects(data: GeneratorData) -> None:
    """Let an object of any shape be a `dict`, in all models, parameters and responses."""
    dropped = {model.class_info.name for model in data.models if _is_free_form(model)}
    data.models = [model for model in data.models if model.class_info.name not in dropped]
    for model in data.models:
        model.required_properties = [_simplified(item, dropped) for item in model.required_properties or []]
        model.optional_properties = [_simplified(item, dropped) for item in model.optional_properties or []]
        model.lazy_imports = _without(dropped, model.lazy_imports)
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            endpoint.query_parameters = [_simplified(item, dropped) for item in endpoint.query_parameters]
            for response in endpoint.responses:
                response.prop = _simplified(response.prop, dropped)
            endpoint.relative_imports = _without(dropped, endpoint.relative_imports)


def _is_free_form(model: ModelProperty) -> bool:
    return (
        not model.required_properties
        and not model.optional_properties
        and isinstance(model.additional_properties, AnyProperty)
    )


def _without(dropped: Collection[str], imports: set[str] | None) -> set[str]:
    return {line for line in imports or () if line.rsplit(" ", 1)[-1] not in dropped}


def _simplified(item: Any, dropped: Collection[str]) -> Any:
    if isinstance(item, ModelProperty) and item.class_info.name in dropped:
        names = ("name", "required", "default", "python_name", "description", "example")
        return _DictProperty(**{name: getattr(item, name) for name in names})
    if isinstance(item, UnionProperty):
        return evolve(item, inner_properties=[_simplified(inner, dropped) for inner in item.inner_properties])
    if isinstance(item, ListProperty):
        return evolve(item, inner_property=_simplified(item.inner_property, dropped))
    return item
