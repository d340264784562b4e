"""What is sold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app import admin
from showfloor.app import catalog_import as files
from showfloor.app.admin_terminal import run
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused

group = typer.Typer(no_args_is_help=True)


@group.command("import")
def import_catalog(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="in the form of the demo's"),
    ],
) -> None:
    """Add all products of a file with their pictures, prices and stock, or none."""
    found, uploads = or_refused(lambda: files.read(file)), Settings().data / "uploads"
    count = run(
        lambda session: admin.import_catalog(
            session, found=found, folder=file.parent, uploads=uploads
        )
    )
    typer.echo(f"{count} products can be shown.")
