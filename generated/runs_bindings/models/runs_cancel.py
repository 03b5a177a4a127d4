from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cancel_status import CancelStatus, check_cancel_status
from ..types import UNSET, Unset, object_fields

T = TypeVar("T", bound="RunsCancel")


@_attrs_define
class RunsCancel:
    """Names runs by `thread_id` and `run_ids`, or by `status`.

    Attributes:
        thread_id (str | Unset): The thread that holds the runs.
        run_ids (list[str] | Unset): The runs.
        status (CancelStatus | Unset):
    """

    thread_id: str | Unset = UNSET
    run_ids: list[str] | Unset = UNSET
    status: CancelStatus | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        thread_id = self.thread_id

        run_ids: list[str] | Unset = UNSET
        if not isinstance(self.run_ids, Unset):
            run_ids = self.run_ids

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if thread_id is not UNSET:
            field_dict["thread_id"] = thread_id
        if run_ids is not UNSET:
            field_dict["run_ids"] = run_ids
        if status is not UNSET:
            field_dict["status"] = status

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = object_fields(src_dict)
        thread_id = d.pop("thread_id", UNSET)

        run_ids = cast(list[str], d.pop("run_ids", UNSET))

        _status = d.pop("status", UNSET)
        status: CancelStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = check_cancel_status(_status)

        runs_cancel = cls(
            thread_id=thread_id,
            run_ids=run_ids,
            status=status,
        )

        runs_cancel.additional_properties = d
        return runs_cancel

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
