"""Drives openapi-python-client: contract in, `runs_bindings` out, or an error that names what is wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.schema import Reference
from openapi_python_client.schema.untrusted_string import UntrustedString

from ._audit import audit
from ._contract import BUNDLED_OPENAPI, ContractError, read_contract
from ._free_form import simplify_free_form_objects
from ._keywords import taken_keywords
from ._losses import overlooked_parts
from ._render import render, unusable_bodies

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
        openapi_dir: Where `generator.yaml` and `templates` are; the contract's folder by default, or what this
            package was installed with where that folder has none.

    Raises:
        GenerationError: The contract is unreadable, or some of it would be lost.
    """
    openapi_dir = openapi_dir or _settings_folder(contract)
    try:
        document = read_contract(contract)
        with tempfile.TemporaryDirectory() as scratch:
            package = Path(scratch) / "runs_bindings"
            problems = _generate(document, contract, openapi_dir, package)
            if problems:
                raise GenerationError(problems)
            shutil.rmtree(output, ignore_errors=True)
            shutil.copytree(package, output)
    except ContractError as error:
        raise GenerationError([str(error)]) from error


def _settings_folder(contract: Path) -> Path:
    beside = contract.parent
    return beside if (beside / "generator.yaml").is_file() else BUNDLED_OPENAPI


def _generate(document: dict[str, Any], contract: Path, openapi_dir: Path, package: Path) -> list[str]:
    try:
        config = Config.from_sources(
            ConfigFile.load_from_path(openapi_dir / "generator.yaml"),
            MetaType("none"),
            document_source=contract,
            file_encoding="utf-8",
            overwrite=False,
            output_path=package,
        )
        data = _parse(document, config)
        simplify_free_form_objects(data)
        problems = [
            *overlooked_parts(document, config),
            *taken_keywords(document, config),
            *unusable_bodies(data),
        ]
        if problems:
            return problems
        render(document, data, config, openapi_dir / "templates")
        return _format(package) or audit(document, data, config, package)
    except (ContractError, GenerationError):
        raise
    except Exception as error:  # the generator and its templates raise whatever happens to go wrong in them
        return [f"the generator cannot read this contract: {type(error).__name__}: {error}"]


def _parse(document: dict[str, Any], config: Config) -> GeneratorData:
    """What the generator understands of the contract.

    Raises:
        GenerationError: It does not understand all of it.
    """
    with _readable_names():  # for the messages; code is made of the second reading only
        problems = _problems(GeneratorData.from_dict(document, config=config))
    if problems:
        raise GenerationError(problems)
    return cast("GeneratorData", GeneratorData.from_dict(document, config=config))


def _problems(data: GeneratorData | GeneratorError) -> list[str]:
    if isinstance(data, GeneratorError):
        return [_sentence(data)]
    collections = data.endpoint_collections_by_tag.values()
    return [
        _sentence(error) for errors in (*(item.parse_errors for item in collections), data.errors) for error in errors
    ]


def _format(package: Path) -> list[str]:
    """Sort the imports, drop those unused, and lay out the code; a syntax error or an unknown name is a problem."""
    for command in (("check", "--fix-only", "--select=I,F401"), ("format",), ("check", "--quiet", "--select=F821")):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *RUFF_SETTINGS, str(package)], capture_output=True, text=True
        )
        if ruff.returncode:
            return [f"the generated code is not valid Python: {(ruff.stderr or ruff.stdout).strip()}"]
    return []


@contextmanager
def _readable_names() -> Iterator[None]:
    """Let the generator's messages show the contract's names, which it hides to keep them out of the code."""
    ways = ("__str__", "__repr__")
    for way in ways:
        setattr(UntrustedString, way, UntrustedString.get_untrusted_value)
    try:
        yield
    finally:
        for way in ways:
            delattr(UntrustedString, way)


def _sentence(error: GeneratorError) -> str:
    data = getattr(error, "data", None)
    reference = f"({data.ref.get_untrusted_value()})" if isinstance(data, Reference) else None
    return " ".join(text.strip() for text in (error.header, error.detail, reference) if text)
