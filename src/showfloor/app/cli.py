"""The command line: `showfloor demo`, `showfloor serve`, each process alone, and what fills an
installation. `commands` has a file for each.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from showfloor.app import commands, log
from showfloor.app.private import keep_files_private

COMMANDS = (
    *("demo", "serve", "backup", "restore"),
    *("web", "streaming", "rtc", "fanout", "worker", "migrate"),
    *(
        "openapi",
        "person",
        "merchant",
        "creator",
        "catalog",
        "stock",
        "recording",
        "jobs",
        "payout",
        "security",
        "doctor",
        "verify",
        "verify-drop",
        "verify-waiting",
        "privacy",
        "evidence",
    ),
)
"""In the order of `showfloor --help`."""
OWN_COMMANDS = ("demo-camera", "demo-brand-site", "demo-mailbox", "demo-past-show")
"""What the demo starts; nobody types them."""


class LazyCommand(TyperCommand):
    """Stands in the list of commands; its file is imported when it is invoked."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Parse the arguments as the command of the file does, which is invoked instead of this
        one.
        """
        return load(str(self.name)).make_context(info_name, args, parent, **extra)


class CommandList(TyperGroup):
    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name in (*COMMANDS, *OWN_COMMANDS):
            self.add_command(
                LazyCommand(name, help=_sentence(name), hidden=name in OWN_COMMANDS), name
            )


def load(name: str) -> Any:
    """The command of a file in `commands`."""
    module = import_module(f"{commands.__name__}.{_file(name).stem}")
    application = typer.Typer()
    if hasattr(module, "group"):
        application.add_typer(module.group, name=name, help=module.__doc__)
    else:
        application.command(name, help=module.__doc__)(module.command)
    return get_group(application).commands[name]


def _sentence(name: str) -> str:
    """What a command's file says of itself, read without importing what it imports."""
    return ast.get_docstring(ast.parse(_file(name).read_text("utf-8"))) or ""


def _file(name: str) -> Path:
    return Path(commands.__path__[0], f"{name.replace('-', '_')}.py")


cli = typer.Typer(
    cls=CommandList,
    callback=lambda: None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Live shopping that you host yourself.",
)


def main() -> None:
    log.configure()
    keep_files_private()
    cli()
