"""Every command and every path that a document names exists."""

import argparse
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main

from lealtad.app.main import commands_of
from lealtad_local.cli import app
from lealtad_local.extensions import add_commands

from .commands import ROOT, commands_in, documents, paths_in
from .services import SERVICES

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PACKAGES = {service.name.replace("-", "_"): service for service in SERVICES}
PLACEHOLDERS = {"<package>", "<service>"}
add_commands(app)
LEALTAD: Any = typer.main.get_command(app)


def fault_of(words: list[str]) -> str | None:
    """Return what does not exist of a command; None where all does."""
    program = words[0].rpartition("/")[2]
    if words[0].startswith(".venv/") and not (ROOT / words[0]).exists():
        return words[0]
    check = {"lealtad": _fault_of_lealtad, "make": _fault_of_make, "alembic": _fault_of_alembic}
    if program in {"python", "python3"}:
        return _fault_of_module(words)
    return check[program](words[1:]) if program in check else None


def _fault_of_lealtad(words: list[str]) -> str | None:
    command, options, rest = LEALTAD, _options(LEALTAD), iter(words)
    for word in rest:
        below = _commands_below(command)
        if word.startswith("-"):
            option = word.partition("=")[0]
            if option not in options and not _takes_anything(command):
                return word
            if options.get(option) and "=" not in word:
                next(rest, None)
        elif word in below:
            command = below[word]
            options |= _options(command)
        elif below:
            return word
    return None


def _options(command: Any) -> dict[str, bool]:
    """Return the options of a command by name, each with whether a value follows it."""
    named = {
        name: not getattr(item, "is_flag", False)
        for item in command.params
        for name in _names(item)
        if name.startswith("-")
    }
    return {"--help": False, **named}


def _names(parameter: Any) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def _takes_anything(command: Any) -> bool:
    return bool(command.context_settings.get("ignore_unknown_options"))


def _commands_below(command: Any) -> Mapping[str, Any]:
    """Return the commands of a group, by name; those of a command are none."""
    return getattr(command, "commands", {})


def _fault_of_make(words: list[str]) -> str | None:
    return next((word for word in words if "=" not in word and word not in TARGETS), None)


def _fault_of_alembic(words: list[str]) -> str | None:
    configuration = ROOT / words[words.index("-c") + 1]
    return None if configuration.exists() else str(configuration)


def _fault_of_module(words: list[str]) -> str | None:
    module = words[words.index("-m") + 1]
    package = next(iter(PACKAGES)) if module in PLACEHOLDERS else module
    if package not in PACKAGES:
        return None if find_spec(package) else package
    names = words[words.index("-m") + 2 :]
    processes = commands_of(PACKAGES[package])
    if not names:
        return None
    if names[0] not in processes:
        return names[0]
    parser = argparse.ArgumentParser()
    processes[names[0]].add_arguments(parser)
    options = {option for action in parser._actions for option in action.option_strings}
    return next((word for word in names if word.startswith("-") and word not in options), None)


def named() -> Iterator[tuple[str, list[str]]]:
    for document in documents():
        name = str(document.relative_to(ROOT))
        for words in commands_in(document.read_text()):
            yield name, words


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_names_exists(document: Path):
    faults = [(" ".join(words), fault_of(words)) for words in commands_in(document.read_text())]

    assert [fault for fault in faults if fault[1]] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document: Path):
    missing = [
        path
        for path in paths_in(document.read_text())
        if not any(any(folder.glob(path)) for folder in (ROOT, document.parent))
    ]

    assert missing == []


@pytest.mark.parametrize(
    "line",
    [
        "lealtad resurrect",
        "lealtad status --deep",
        "lealtad dead-letters forget",
        "make everything",
        "python -m segmentation dance",
        "python -m segmentation republish --until 2011-03-01",
        "python -m lealtad.nowhere",
        ".venv/bin/uvx",
        "docker compose exec campaigns-api python -m campaigns dance",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str):
    assert [fault_of(words) for words in commands_in(f"```sh\n{line}\n```\n")] != [None]


def test_commands_are_read_from_blocks_and_lines_of_documents():
    assert len(list(named())) > 100
