"""Check that stock, orders, money and events agree."""

from __future__ import annotations

import asyncio

import typer

from showfloor.app import wiring
from showfloor.app.settings import Settings
from showfloor.app.verify import CHECKS, broken
from showfloor.kit.db import Database


def command() -> None:
    """A sentence for each thing that does not hold; ends with 1 when something does not."""
    found = asyncio.run(_ask(Settings()))
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(1)
    typer.echo(f"All {len(CHECKS)} checks hold, and the payment providers agree.")


async def _ask(settings: Settings) -> list[str]:
    database, providers = Database(settings.database_url), wiring.payment_providers(settings)
    await database.open()
    try:
        return await broken(database, providers)
    finally:
        for provider in providers.values():
            await provider.close()
        await database.close()
