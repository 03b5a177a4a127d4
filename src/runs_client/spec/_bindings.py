"""Drives openapi-python-client: contract in, `runs_bindings` out, or an error that names what is wrong."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import openapi_python_client as generator
from attrs import evolve
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode

from ._audit import audit
from ._contract import ContractError, json_body, operations, read_contract, schemas_reached

RUFF_SETTINGS = ("--isolated", "--target-version=py310", "--line-length=100")


class GenerationError(Exception):
    """The bindings cannot be generated without loss.

    Attributes:
        problems: One sentence each, naming the operation or schema.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def generate_bindings(contract: Path, output: Path, *, openapi_dir: Path | None = None) -> None:
    """Write the bindings for a contract, replacing what is in `output`.

    Nothing is written unless all of the contract made it into the bindings: the stock generator drops what
    it does not understand with a warning.

    Args:
        contract: The OpenAPI document.
        output: The package folder to write, for instance `generated/runs_bindings`.
        openapi_dir: Where `generator.yaml` and `templates` are; the contract's folder by default.

    Raises:
        GenerationError: The contract is unreadable, or some of it would be lost.
    """
    openapi_dir = openapi_dir or contract.parent
    try:
        document = read_contract(contract)
        with tempfile.TemporaryDirectory() as scratch:
            package = Path(scratch) / "runs_bindings"
            problems = _generate(document, contract, openapi_dir, package) or audit(document, package)
            if problems:
                raise GenerationError(problems)
            shutil.rmtree(output, ignore_errors=True)
            shutil.copytree(package, output)
    except ContractError as error:
        raise GenerationError([str(error)]) from error


def _generate(document: dict[str, Any], contract: Path, openapi_dir: Path, package: Path) -> list[str]:
    config = Config.from_sources(
        ConfigFile.load_from_path(openapi_dir / "generator.yaml"),
        MetaType("none"),
        document_source=contract,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        return [_sentence(data)]
    _simplify_free_form_objects(data)
    project = _Project(openapi=data, config=config, custom_template_path=openapi_dir / "templates")
    project.request_schemas = {
        name for operation in operations(document) for name in schemas_reached(document, json_body(document, operation))
    }
    with contextlib.redirect_stdout(io.StringIO()):  # it announces where it writes
        errors = project.build()
    return [_sentence(error) for error in errors] or _format(package)


class _Project(generator.Project):
    """The stock project, with the stock templates in reach of ours and two files more."""

    request_schemas: set[str]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        stock = PrefixLoader({"stock": PackageLoader("openapi_python_client")})
        assert self.env.loader is not None
        self.env.loader = ChoiceLoader([self.env.loader, stock])
        self.env.filters["regex_replace"] = lambda text, pattern, replacement: re.sub(pattern, replacement, text)
        self.env.globals["models_by_class"] = {model.class_info.name: model for model in self.openapi.models}

    def _build_models(self) -> None:
        super()._build_models()
        in_requests = [model for model in self.openapi.models if model.class_info.name in self.request_schemas]
        self._render("payloads.py", request_models=sorted(in_requests, key=lambda model: model.class_info.name))
        self._render("parameters.py")

    def _render(self, name: str, **context: Any) -> None:
        text = self.env.get_template(f"{name}.jinja").render(**context)
        (self.package_dir / name).write_text(text, encoding="utf-8")


class _DictProperty(AnyProperty):
    """An object of any shape: a plain `dict` where the stock generator writes a class around one."""

    _type_string: ClassVar[str] = "dict[str, Any]"
    _json_type_string: ClassVar[str] = "dict[str, Any]"

    def get_instance_type_string(self) -> PythonCode:
        return PythonCode("dict")


def _simplify_free_form_objects(data: GeneratorData) -> None:
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


def _format(package: Path) -> list[str]:
    """Sort the imports, drop those unused, and lay out the code; a syntax error is a problem."""
    for command in (("check", "--fix-only", "--select=I,F401"), ("format",)):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *RUFF_SETTINGS, str(package)], capture_output=True, text=True
        )
        if ruff.returncode:
            return [f"the generated code is not valid Python: {ruff.stderr.strip()}"]
    return []


def _sentence(error: GeneratorError) -> str:
    return " ".join(text.strip() for text in (error.header, error.detail) if text)
