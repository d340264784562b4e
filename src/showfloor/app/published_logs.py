"""What the commands share that check a published log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from showfloor.offers.service import LONGEST_LINE


def lines_of(file: Path) -> Iterator[bytes]:
    """A line that is too long is not read to its end."""
    with file.open("rb") as log:
        while line := log.readline(LONGEST_LINE + 1):
            yield line


def conclude(holds: bool, *published: tuple[str | None, str | None]) -> None:
    """Compare each hash that was published (None: nobody gave one) with the one found. Raises
    typer.Exit with 1 where one differs or the log does not hold.
    """
    others = [said for said, found in published if said is not None and said != found]
    for _ in others:
        typer.echo("Does not hold: this is another log than the one whose hash was published.")
    if others or not holds:
        raise typer.Exit(1)
