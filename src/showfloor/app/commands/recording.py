"""Recordings of shows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.admin_terminal import run
from showfloor.app.pins_file import place_pins, read_pins
from showfloor.app.recording_import import write_recording
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused
from showfloor.app.wiring import recordings
from showfloor.kit import ids
from showfloor.replays import service as replays
from showfloor.shows import service as shows

MIB = 1 << 20
group = typer.Typer(no_args_is_help=True)


@group.command("list")
def list_recordings() -> None:
    """What each show takes with its clips, on the disk and in object storage; the largest first."""
    settings = Settings()
    data = settings.data
    used = run(lambda session: replays.list_disk_use(session, recordings(settings)))
    for each in used:
        about = f"{each.show.state:<11} {each.show.slug}" if each.show else "unknown"
        if each.remote_bytes:
            about += f"  {each.remote_bytes / MIB:.1f} MiB in object storage"
        typer.echo(f"{each.bytes / MIB:>10.1f} MiB  {each.name}  {about}")
    whole = sum(each.bytes for each in used) / MIB
    free = shutil.disk_usage(data if data.exists() else data.parent).free / MIB
    typer.echo(f"{whole:>10.1f} MiB in all, {free:.1f} MiB are free.")


@group.command("import")
def import_recording(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="a film with H.264 and AAC"),
    ],
    show: Annotated[str, typer.Option(help="the show's id, show_…; one that was never live")],
    pins: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='when which product is shown: JSON, [{"product_id": "prod_…", "from": 4, "to": 9}]'
            " in seconds of the film",
        ),
    ] = None,
) -> None:
    """Make a film the whole of a show: it has ended, and its replay is prepared."""
    show_id = or_refused(lambda: ids.parse("show", show))
    planned = or_refused(lambda: read_pins(pins)) if pins else []
    starts_at = run(lambda session: shows.check_importable(session, show_id=show_id))
    found = or_refused(lambda: write_recording(file, Settings().data, show, starts_at=starts_at))
    placed = or_refused(lambda: place_pins(planned, found.began_at, found.ended_at))
    run(
        lambda session: shows.end_imported(
            session,
            show_id=show_id,
            began_at=found.began_at,
            ended_at=found.ended_at,
            size=(found.width, found.height),
            pins=placed,
        )
    )
    seconds = (found.ended_at - found.began_at).total_seconds()
    typer.echo(f"{seconds:.0f} seconds are recorded; the worker prepares the replay.")
