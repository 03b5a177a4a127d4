from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.multitask_strategy import MultitaskStrategy, check_multitask_strategy
from ..models.run_status import RunStatus, check_run_status
from ..types import UNSET, Unset, format_datetime, object_fields, parse_datetime

T = TypeVar("T", bound="Run")


@_attrs_define
class Run:
    """One run of an assistant.

    Attributes:
        run_id (str): The run's id.
        thread_id (str): The thread that holds it; a hidden one for a stateless run.
        assistant_id (str): The assistant that is run.
        created_at (datetime.datetime): When it was created, or is due to start.
        updated_at (datetime.datetime): When it last changed.
        status (RunStatus | str): Where it stands.
        metadata (dict[str, Any] | None | Unset): What was given as metadata, with the server's additions.
        kwargs (dict[str, Any] | None | Unset): What the run was created with.
        multitask_strategy (MultitaskStrategy | None | str | Unset): What to do when its thread is busy.
        langsmith_session_name (None | str | Unset): The tracing project it is recorded in.
        cancel_reason (None | str | Unset): Why it was cancelled.
    """

    run_id: str
    thread_id: str
    assistant_id: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    status: RunStatus | str
    metadata: dict[str, Any] | None | Unset = UNSET
    kwargs: dict[str, Any] | None | Unset = UNSET
    multitask_strategy: MultitaskStrategy | None | str | Unset = UNSET
    langsmith_session_name: None | str | Unset = UNSET
    cancel_reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        thread_id = self.thread_id

        assistant_id = self.assistant_id

        created_at = format_datetime(self.created_at)

        updated_at = format_datetime(self.updated_at)

        status: str
        if isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata

        kwargs: dict[str, Any] | None | Unset
        if isinstance(self.kwargs, Unset):
            kwargs = UNSET
        else:
            kwargs = self.kwargs

        multitask_strategy: None | str | Unset
        if isinstance(self.multitask_strategy, Unset):
            multitask_strategy = UNSET
        elif isinstance(self.multitask_strategy, str):
            multitask_strategy = self.multitask_strategy
        else:
            multitask_strategy = self.multitask_strategy

        langsmith_session_name: None | str | Unset
        if isinstance(self.langsmith_session_name, Unset):
            langsmith_session_name = UNSET
        else:
            langsmith_session_name = self.langsmith_session_name

        cancel_reason: None | str | Unset
        if isinstance(self.cancel_reason, Unset):
            cancel_reason = UNSET
        else:
            cancel_reason = self.cancel_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "thread_id": thread_id,
                "assistant_id": assistant_id,
                "created_at": created_at,
                "updated_at": updated_at,
                "status": status,
            }
        )
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if kwargs is not UNSET:
            field_dict["kwargs"] = kwargs
        if multitask_strategy is not UNSET:
            field_dict["multitask_strategy"] = multitask_strategy
        if langsmith_session_name is not UNSET:
            field_dict["langsmith_session_name"] = langsmith_session_name
        if cancel_reason is not UNSET:
            field_dict["cancel_reason"] = cancel_reason

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = object_fields(src_dict)
        run_id = d.pop("run_id", UNSET)

        thread_id = d.pop("thread_id", UNSET)

        assistant_id = d.pop("assistant_id", UNSET)

        created_at = parse_datetime(d.pop("created_at", UNSET))

        updated_at = parse_datetime(d.pop("updated_at", UNSET))

        def _parse_status(data: object) -> RunStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = check_run_status(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(RunStatus | str, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_metadata(data: object) -> dict[str, Any] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(dict[str, Any] | None | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        def _parse_kwargs(data: object) -> dict[str, Any] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(dict[str, Any] | None | Unset, data)

        kwargs = _parse_kwargs(d.pop("kwargs", UNSET))

        def _parse_multitask_strategy(data: object) -> MultitaskStrategy | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                multitask_strategy_type_0 = check_multitask_strategy(data)

                return multitask_strategy_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MultitaskStrategy | None | str | Unset, data)

        multitask_strategy = _parse_multitask_strategy(d.pop("multitask_strategy", UNSET))

        def _parse_langsmith_session_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        langsmith_session_name = _parse_langsmith_session_name(
            d.pop("langsmith_session_name", UNSET)
        )

        def _parse_cancel_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cancel_reason = _parse_cancel_reason(d.pop("cancel_reason", UNSET))

        run = cls(
            run_id=run_id,
            thread_id=thread_id,
            assistant_id=assistant_id,
            created_at=created_at,
            updated_at=updated_at,
            status=status,
            metadata=metadata,
            kwargs=kwargs,
            multitask_strategy=multitask_strategy,
            langsmith_session_name=langsmith_session_name,
            cancel_reason=cancel_reason,
        )

        run.additional_properties = d
        return run

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
