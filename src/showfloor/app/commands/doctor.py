"""Say in words what this installation lacks."""

from __future__ import annotations

import asyncio

import typer

from showfloor.app.doctor import findings, mail_findings
from showfloor.app.settings import Settings


def command() -> None:
    """What is missing, a sentence each; ends with 1 when something is."""
    settings = Settings()
    found = [*findings(settings), *asyncio.run(mail_findings(settings))]
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(1)
    typer.echo("Nothing is missing.")
