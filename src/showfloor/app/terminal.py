"""How a command ends that cannot do its work: with a sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import typer

from showfloor.app.failures import CommandFailed
from showfloor.app.settings import SHORTEST_SECRET, Settings
from showfloor.kit import messages
from showfloor.kit.errors import AppError

T = TypeVar("T")


def settings_with(*needed: str) -> Settings:
    """The settings, refused when a secret that this process needs could be guessed."""
    settings = Settings()
    short = [name for name in needed if len(getattr(settings, name)) < SHORTEST_SECRET]
    for name in short:
        typer.echo(
            f"Set SHOWFLOOR_{name.upper()} to at least {SHORTEST_SECRET} random characters "
            f"(openssl rand -hex 32).",
            err=True,
        )
    if short:
        raise typer.Exit(2)
    return settings


def or_refused(call: Callable[[], T]) -> T:
    """What `call` returns; a refusal is printed as one sentence and ends with 1."""
    try:
        return call()
    except AppError as refusal:
        _explain(refusal)
        raise typer.Exit(1) from None
    except CommandFailed as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


def _explain(refusal: AppError) -> None:
    """The catalog's sentence, then what it is about, a line each."""
    sentence = messages.translate("en", f"error.{refusal.code}", **refusal.params)
    typer.echo(sentence, err=True)
    fields = cast("list[dict[str, str]]", refusal.extra.get("fields", []))
    about = refusal.params | {field["path"]: field["problem"] for field in fields}
    for name, value in about.items():
        if str(value) not in sentence:
            typer.echo(f"  {name}: {value}", err=True)
