"""A live show, two brands, a brand's website, everything on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.demo.run import run


def command(
    data: Annotated[Path, typer.Option(help="folder for everything the demo keeps")] = Path(
        "data/demo"
    ),
    port: Annotated[int, typer.Option(help="pages and API; the other ports follow from it")] = 8080,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="open the show in a browser")
    ] = True,
    wide: Annotated[
        bool, typer.Option("--wide", help="also put the second show on air, in landscape")
    ] = False,
) -> None:
    run(data.resolve(), port, open_browser=browser, wide=wide)
