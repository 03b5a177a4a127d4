from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.on_disconnect import OnDisconnect, check_on_disconnect
from ..types import UNSET, Unset, object_fields

T = TypeVar("T", bound="AttachedOptions")


@_attrs_define
class AttachedOptions:
    """
    Attributes:
        on_disconnect (OnDisconnect | Unset):
    """

    on_disconnect: OnDisconnect | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        on_disconnect: str | Unset = UNSET
        if not isinstance(self.on_disconnect, Unset):
            on_disconnect = self.on_disconnect

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if on_disconnect is not UNSET:
            field_dict["on_disconnect"] = on_disconnect

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = object_fields(src_dict)
        _on_disconnect = d.pop("on_disconnect", UNSET)
        on_disconnect: OnDisconnect | Unset
        if isinstance(_on_disconnect, Unset):
            on_disconnect = UNSET
        else:
            on_disconnect = check_on_disconnect(_on_disconnect)

        attached_options = cls(
            on_disconnect=on_disconnect,
        )

        attached_options.additional_properties = d
        return attached_options

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
