from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, object_fields

if TYPE_CHECKING:
    from ..models.send import Send


T = TypeVar("T", bound="Command")


@_attrs_define
class Command:
    """
    Attributes:
        update (Any | Unset): Changes to apply to the state, an object or a list of pairs.
        resume (Any | Unset): The answer to an interrupt.
        goto (list[Send | str] | Send | str | Unset): The node or nodes to run next.
    """

    update: Any | Unset = UNSET
    resume: Any | Unset = UNSET
    goto: list[Send | str] | Send | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.send import Send  # noqa: PLC0415

        update = self.update

        resume = self.resume

        goto: dict[str, Any] | list[dict[str, Any] | str] | str | Unset
        if isinstance(self.goto, Unset):
            goto = UNSET
        elif isinstance(self.goto, Send):
            goto = self.goto.to_dict()
        elif isinstance(self.goto, list):
            goto = []
            for goto_type_2_item_data in self.goto:
                goto_type_2_item: dict[str, Any] | str
                if isinstance(goto_type_2_item_data, Send):
                    goto_type_2_item = goto_type_2_item_data.to_dict()
                else:
                    goto_type_2_item = goto_type_2_item_data
                goto.append(goto_type_2_item)

        else:
            goto = self.goto

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if update is not UNSET:
            field_dict["update"] = update
        if resume is not UNSET:
            field_dict["resume"] = resume
        if goto is not UNSET:
            field_dict["goto"] = goto

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.send import Send  # noqa: PLC0415

        d = object_fields(src_dict)
        update = d.pop("update", UNSET)

        resume = d.pop("resume", UNSET)

        def _parse_goto(data: object) -> list[Send | str] | Send | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                goto_type_1 = Send.from_dict(data)

                return goto_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, list):
                    raise TypeError()
                goto_type_2 = []
                _goto_type_2 = data
                for goto_type_2_item_data in _goto_type_2:

                    def _parse_goto_type_2_item(data: object) -> Send | str:
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            goto_type_2_item_type_1 = Send.from_dict(data)

                            return goto_type_2_item_type_1
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        return cast(Send | str, data)

                    goto_type_2_item = _parse_goto_type_2_item(goto_type_2_item_data)

                    goto_type_2.append(goto_type_2_item)

                return goto_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Send | str] | Send | str | Unset, data)

        goto = _parse_goto(d.pop("goto", UNSET))

        command = cls(
            update=update,
            resume=resume,
            goto=goto,
        )

        command.additional_properties = d
        return command

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
