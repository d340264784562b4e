"""Write database, pictures and secrets into a new folder, beside a running installation or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.backup import back_up
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused


def command(folder: Annotated[Path, typer.Argument(help="the folder of the backup")]) -> None:
    settings = Settings()
    or_refused(lambda: back_up(settings, folder.absolute()))
    typer.echo(
        f"The backup is in {folder}. It holds addresses of buyers and secrets: keep it encrypted."
    )
    if settings.secret:
        typer.echo("SHOWFLOOR_SECRET is not in it: keep it, `showfloor restore` needs it.")
