"""`showfloor serve`: one machine in production."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Iterator
from pathlib import Path

import structlog
import typer

from showfloor.app.postgres import PostgresFailed
from showfloor.app.settings import Settings
from showfloor.app.supervisor import NotReady, Supervisor

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    with only_one(settings.data):
        asyncio.run(_serve(settings))


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two installations need two data folders: a second one in the same folder would stop the first
    one's database.
    """
    with claimed(data) as ours:
        if not ours:
            typer.echo(
                f"Showfloor runs in {data} already. Start this one with a data folder and "
                f"ports of its own.",
                err=True,
            )
            raise typer.Exit(1)
        yield


@contextlib.contextmanager
def claimed(data: Path) -> Iterator[bool]:
    """Whether the data folder is ours while the block runs; False when an installation runs in
    it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


async def _serve(settings: Settings) -> None:
    supervisor = Supervisor(settings, {"SHOWFLOOR_DATA": str(settings.data)})
    try:
        await supervisor.start_database()
        await supervisor.start_servers()
        log.info("ready", url=settings.public_urls.base)
        await until_signal()
    except (NotReady, PostgresFailed) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        await supervisor.stop()


async def until_signal() -> None:
    """Returns on SIGTERM, SIGINT or SIGHUP."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
