"""Bring a backup back into an installation without data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app import backup
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused


def command(
    folder: Annotated[Path, typer.Argument(help="the folder of the backup")],
    *,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="the secret of the backed up installation is lost")
    ] = False,
) -> None:
    or_refused(lambda: backup.restore(Settings(), folder.absolute(), new_secret=new_secret))
    typer.echo("Everything of the backup is here. Start Showfloor with `showfloor serve`.")
