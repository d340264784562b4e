"""Write database and pictures into a new folder, beside a running installation or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.backup import back_up
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused


def command(folder: Annotated[Path, typer.Argument(help="the folder of the backup")]) -> None:
    or_refused(lambda: back_up(Settings(), folder.absolute()))
    typer.echo(f"The backup is in {folder}. It holds addresses of buyers: keep it encrypted.")
