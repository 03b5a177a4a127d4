"""Objects of any shape as plain `dict`s, where the stock generator writes a class around each."""

from __future__ import annotations

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
    """Let an object of any shape be a `dict`, in all models."""
    kept = [model for model in data.models if not _is_free_form(model)]
    for model in kept:
        model.required_properties = [_simplified(item) for item in model.required_properties or []]
        model.optional_properties = [_simplified(item) for item in model.optional_properties or []]
        dropped = {other.class_info.name for other in data.models if _is_free_form(other)}
        model.lazy_imports = {line for line in model.lazy_imports or set() if line.rsplit(" ", 1)[-1] not in dropped}
    data.models = kept


def _is_free_form(item: Any) -> bool:
    return (
        isinstance(item, ModelProperty)
        and not item.required_properties
        and not item.optional_properties
        and isinstance(item.additional_properties, AnyProperty)
    )


def _simplified(item: Any) -> Any:
    if _is_free_form(item):
        names = ("name", "required", "default", "python_name", "description", "example")
        return _DictProperty(**{name: getattr(item, name) for name in names})
    if isinstance(item, UnionProperty):
        return evolve(item, inner_properties=[_simplified(inner) for inner in item.inner_properties])
    if isinstance(item, ListProperty):
        return evolve(item, inner_property=_simplified(item.inner_property))
    return item
