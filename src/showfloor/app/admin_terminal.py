"""What the commands share that fill an installation (docs/operate/README.md).

Passwords are asked for or read from standard input, never taken from the command line, where every
user of the machine could read them; an API key is the only thing that its command prints to
standard output.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError

from showfloor.app import admin
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.kit.fields import Line, OptionalLine, Paragraphs
from showfloor.kit.text import clean_email

T = TypeVar("T")


def matching(pattern: str, words: str) -> Callable[[str], str]:
    """Refuses an argument that is not as `words` say."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise typer.BadParameter(words)
        return value

    return check


def id_with(prefix: str) -> Callable[[str], UUID]:
    """Reads an id (`kit.ids`) from an argument."""

    def parse(text: str) -> UUID:
        try:
            return ids.parse(prefix, text)
        except ids.MalformedId:
            raise typer.BadParameter(f"it looks like {prefix}_0192…") from None

    return parse


ShortName = Annotated[
    str,
    typer.Argument(
        callback=matching(r"[a-z0-9]+(-[a-z0-9]+)*", "small letters, digits and single hyphens")
    ),
]


def email_address(value: str) -> str:
    """Without the marks and the `mailto:` of an address that was pasted."""
    return matching(r"[^@\s]+@[^@\s]+", "an email address")(clean_email(value))


Email = Annotated[str, typer.Argument(callback=email_address)]


def as_field(kind: Any) -> Callable[[str], str]:
    """Cleans and judges a text as a request's field of this type (`kit.fields`)."""

    def check(value: str) -> str:
        try:
            return str(TypeAdapter(kind).validate_python(value))
        except ValidationError as error:
            problem = error.errors()[0]
            empty = problem["type"] == "string_too_short"
            words = "this has to be said" if empty else problem["msg"]
            raise typer.BadParameter(words) from None

    return check


said = as_field(Line)
"""A line of which a reader sees something."""
line = as_field(OptionalLine)
paragraphs = as_field(Paragraphs)
Name = Annotated[str, typer.Option("--name", help="in English", callback=said)]
NameAr = Annotated[str, typer.Option("--name-ar", help="in Arabic", callback=said)]
Avatar = Annotated[
    Path, typer.Option("--avatar", help="a square picture", exists=True, dir_okay=False)
]
CreatorId = Annotated[
    UUID,
    typer.Argument(
        parser=id_with("cre"), metavar="CREATOR", help="cre_…, as `creator add` prints it"
    ),
]
Sellers = Annotated[
    list[str],
    typer.Option(
        "--merchant",
        default_factory=list,
        help="a seller's short name: may act for it; several times for several",
    ),
]
AsCreator = Annotated[
    UUID | None,
    typer.Option(
        "--creator", parser=id_with("cre"), metavar="CREATOR", help="cre_…: hosts as this creator"
    ),
]
Operator = Annotated[
    bool,
    typer.Option(
        "--operator", help="runs the installation: teams, shows, terms, money; sees no orders"
    ),
]


def run(work: Callable[[Session], Awaitable[T]]) -> T:
    """`work` in one transaction of the installation's database; a refusal ends the command."""
    return or_refused(lambda: admin.run(Settings(), work))


def password_of_person() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def stored_picture(picture: Path) -> str:
    """The address of a copy of this picture; a refusal ends the command."""
    return or_refused(
        lambda: admin.store_picture(Settings().data / "uploads", picture.parent, picture.name)
    )
