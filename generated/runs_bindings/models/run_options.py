from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.durability import Durability, check_durability
from ..types import UNSET, Unset, object_fields

if TYPE_CHECKING:
    from ..models.command import Command
    from ..models.langsmith_tracer import LangsmithTracer
    from ..models.run_config import RunConfig


T = TypeVar("T", bound="RunOptions")


@_attrs_define
class RunOptions:
    """What every run can be created with.

    Attributes:
        input_ (Any | Unset): The input of the graph, any JSON value.
        command (Command | Unset):
        metadata (dict[str, Any] | Unset): Kept with the run.
        config (RunConfig | Unset):
        context (dict[str, Any] | Unset): Values that the graph may read while it runs. Servers refuse it beside
            `config.configurable`.
        checkpoint_id (str | Unset): The checkpoint to go on from.
        webhook (str | Unset): A URL that the server calls once the run has ended.
        stream_subgraphs (bool | Unset): Also produce the events of subgraphs. Default: False.
        stream_resumable (bool | Unset): Keep the events, so that a stream that broke can be taken up again. Default:
            False.
        feedback_keys (list[str] | Unset): Ask for a feedback URL for each of these names.
        after_seconds (float | Unset): Seconds to wait before the run starts.
        checkpoint_during (bool | Unset): Older form of `durability`.
        durability (Durability | Unset):
        langsmith_tracer (LangsmithTracer | Unset):
        strict_resume (bool | Unset): Refuse a `command.resume` that answers no open interrupt.
    """

    input_: Any | Unset = UNSET
    command: Command | Unset = UNSET
    metadata: dict[str, Any] | Unset = UNSET
    config: RunConfig | Unset = UNSET
    context: dict[str, Any] | Unset = UNSET
    checkpoint_id: str | Unset = UNSET
    webhook: str | Unset = UNSET
    stream_subgraphs: bool | Unset = False
    stream_resumable: bool | Unset = False
    feedback_keys: list[str] | Unset = UNSET
    after_seconds: float | Unset = UNSET
    checkpoint_during: bool | Unset = UNSET
    durability: Durability | Unset = UNSET
    langsmith_tracer: LangsmithTracer | Unset = UNSET
    strict_resume: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_ = self.input_

        command: dict[str, Any] | Unset = UNSET
        if not isinstance(self.command, Unset):
            command = self.command.to_dict()

        metadata = self.metadata

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        context = self.context

        checkpoint_id = self.checkpoint_id

        webhook = self.webhook

        stream_subgraphs = self.stream_subgraphs

        stream_resumable = self.stream_resumable

        feedback_keys: list[str] | Unset = UNSET
        if not isinstance(self.feedback_keys, Unset):
            feedback_keys = self.feedback_keys

        after_seconds = self.after_seconds

        checkpoint_during = self.checkpoint_during

        durability: str | Unset = UNSET
        if not isinstance(self.durability, Unset):
            durability = self.durability

        langsmith_tracer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.langsmith_tracer, Unset):
            langsmith_tracer = self.langsmith_tracer.to_dict()

        strict_resume = self.strict_resume

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if input_ is not UNSET:
            field_dict["input"] = input_
        if command is not UNSET:
            field_dict["command"] = command
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if config is not UNSET:
            field_dict["config"] = config
        if context is not UNSET:
            field_dict["context"] = context
        if checkpoint_id is not UNSET:
            field_dict["checkpoint_id"] = checkpoint_id
        if webhook is not UNSET:
            field_dict["webhook"] = webhook
        if stream_subgraphs is not UNSET:
            field_dict["stream_subgraphs"] = stream_subgraphs
        if stream_resumable is not UNSET:
            field_dict["stream_resumable"] = stream_resumable
        if feedback_keys is not UNSET:
            field_dict["feedback_keys"] = feedback_keys
        if after_seconds is not UNSET:
            field_dict["after_seconds"] = after_seconds
        if checkpoint_during is not UNSET:
            field_dict["checkpoint_during"] = checkpoint_during
        if durability is not UNSET:
            field_dict["durability"] = durability
        if langsmith_tracer is not UNSET:
            field_dict["langsmith_tracer"] = langsmith_tracer
        if strict_resume is not UNSET:
            field_dict["strict_resume"] = strict_resume

        return {name: value for name, value in field_dict.items() if value is not UNSET}

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.command import Command  # noqa: PLC0415
        from ..models.langsmith_tracer import LangsmithTracer  # noqa: PLC0415
        from ..models.run_config import RunConfig  # noqa: PLC0415

        d = object_fields(src_dict)
        input_ = d.pop("input", UNSET)

        _command = d.pop("command", UNSET)
        command: Command | Unset
        if isinstance(_command, Unset):
            command = UNSET
        else:
            command = Command.from_dict(_command)

        metadata = d.pop("metadata", UNSET)

        _config = d.pop("config", UNSET)
        config: RunConfig | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = RunConfig.from_dict(_config)

        context = d.pop("context", UNSET)

        checkpoint_id = d.pop("checkpoint_id", UNSET)

        webhook = d.pop("webhook", UNSET)

        stream_subgraphs = d.pop("stream_subgraphs", UNSET)

        stream_resumable = d.pop("stream_resumable", UNSET)

        feedback_keys = cast(list[str], d.pop("feedback_keys", UNSET))

        after_seconds = d.pop("after_seconds", UNSET)

        checkpoint_during = d.pop("checkpoint_during", UNSET)

        _durability = d.pop("durability", UNSET)
        durability: Durability | Unset
        if isinstance(_durability, Unset):
            durability = UNSET
        else:
            durability = check_durability(_durability)

        _langsmith_tracer = d.pop("langsmith_tracer", UNSET)
        langsmith_tracer: LangsmithTracer | Unset
        if isinstance(_langsmith_tracer, Unset):
            langsmith_tracer = UNSET
        else:
            langsmith_tracer = LangsmithTracer.from_dict(_langsmith_tracer)

        strict_resume = d.pop("strict_resume", UNSET)

        run_options = cls(
            input_=input_,
            command=command,
            metadata=metadata,
            config=config,
            context=context,
            checkpoint_id=checkpoint_id,
            webhook=webhook,
            stream_subgraphs=stream_subgraphs,
            stream_resumable=stream_resumable,
            feedback_keys=feedback_keys,
            after_seconds=after_seconds,
            checkpoint_during=checkpoint_during,
            durability=durability,
            langsmith_tracer=langsmith_tracer,
            strict_resume=strict_resume,
        )

        run_options.additional_properties = d
        return run_options

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
