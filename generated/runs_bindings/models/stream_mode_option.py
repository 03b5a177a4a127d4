from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.stream_mode import StreamMode, check_stream_mode
from ..types import UNSET, Unset, object_fields

T = TypeVar("T", bound="StreamModeOption")


@_attrs_define
class StreamModeOption:
    """
    Attributes:
        stream_mode (list[StreamMode] | StreamMode | Unset): Which kinds of events the run produces; `values` where it
            is missing.
    """

    stream_mode: list[StreamMode] | StreamMode | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        stream_mode: list[str] | str | Unset
        if isinstance(self.stream_mode, Unset):
            stream_mode = UNSET
        elif isinstance(self.stream_mode, str):
            stream_mode = self.stream_mode
        else:
            stream_mode = []
            for stream_mode_type_1_item_data in self.stream_mode:
                stream_mode_type_1_item: str = stream_mode_type_1_item_data
                stream_mode.append(stream_mode_type_1_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if stream_mode is not UNSET:
            field_dict["stream_mode"] = stream_mode

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = object_fields(src_dict)

        def _parse_stream_mode(data: object) -> list[StreamMode] | StreamMode | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                stream_mode_type_0 = check_stream_mode(data)

                return stream_mode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, list):
                raise TypeError()
            stream_mode_type_1 = []
            _stream_mode_type_1 = data
            for stream_mode_type_1_item_data in _stream_mode_type_1:
                stream_mode_type_1_item = check_stream_mode(stream_mode_type_1_item_data)

                stream_mode_type_1.append(stream_mode_type_1_item)

            return stream_mode_type_1

        stream_mode = _parse_stream_mode(d.pop("stream_mode", UNSET))

        stream_mode_option = cls(
            stream_mode=stream_mode,
        )

        stream_mode_option.additional_properties = d
        return stream_mode_option

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
