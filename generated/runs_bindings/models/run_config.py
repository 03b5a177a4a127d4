from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, object_fields

T = TypeVar("T", bound="RunConfig")


@_attrs_define
class RunConfig:
    """
    Attributes:
        tags (list[str] | Unset): Labels for tracing.
        recursion_limit (int | Unset): How many steps the graph may take.
        configurable (dict[str, Any] | Unset): Values that the graph reads as its configuration.
    """

    tags: list[str] | Unset = UNSET
    recursion_limit: int | Unset = UNSET
    configurable: dict[str, Any] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        recursion_limit = self.recursion_limit

        configurable = self.configurable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if tags is not UNSET:
            field_dict["tags"] = tags
        if recursion_limit is not UNSET:
            field_dict["recursion_limit"] = recursion_limit
        if configurable is not UNSET:
            field_dict["configurable"] = configurable

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = object_fields(src_dict)
        tags = cast(list[str], d.pop("tags", UNSET))

        recursion_limit = d.pop("recursion_limit", UNSET)

        configurable = d.pop("configurable", UNSET)

        run_config = cls(
            tags=tags,
            recursion_limit=recursion_limit,
            configurable=configurable,
        )

        run_config.additional_properties = d
        return run_config

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
