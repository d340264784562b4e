"""How many there are."""

from __future__ import annotations

from typing import Annotated

import typer

from showfloor.app import admin
from showfloor.app.admin_terminal import run

group = typer.Typer(no_args_is_help=True)


@group.command("set")
def set_stock(
    sku: str,
    on_hand: Annotated[
        int, typer.Argument(min=0, help="pieces in all, those that were sold included")
    ],
    seller: Annotated[
        str | None,
        typer.Option("--merchant", help="the seller's short name, when several use the SKU"),
    ] = None,
) -> None:
    """Say how many of a SKU there are."""
    run(lambda session: admin.set_stock(session, sku=sku, on_hand=on_hand, seller=seller))
