"""`showfloor serve`: one machine in production."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import structlog
import typer

from showfloor.app.failures import CommandFailed
from showfloor.app.private import close_folder, secrets
from showfloor.app.settings import Settings
from showfloor.app.statement_logging import check_statement_logging
from showfloor.app.supervisor import Supervisor

log = structlog.get_logger()


def run(settings: Settings, made: Collection[str] = ()) -> None:
    """Until SIGTERM or SIGINT. Secrets named in `made` are not set: they are made at the first
    start and kept in the data folder.
    """
    with only_one(settings.data):
        kept = {name: secrets(settings.data)[name] for name in made}
        if kept:
            say(f"Secrets that are not set are kept in {settings.data / 'secrets.json'}.")
        asyncio.run(_serve(settings.model_copy(update=kept), kept))


def say(text: str) -> None:
    """What whoever started it reads in its first seconds."""
    typer.echo(text, err=True)


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
    close_folder(data)
    with (data / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


async def _serve(settings: Settings, kept: Mapping[str, str]) -> None:
    environment = {f"SHOWFLOOR_{name.upper()}": value for name, value in kept.items()}
    supervisor = Supervisor(settings, environment | {"SHOWFLOOR_DATA": str(settings.data)})
    try:
        where = "the managed server" if settings.database_url else str(settings.data / "postgres")
        say(f"Showfloor starts in {settings.data}. Logs: {settings.data / 'logs'}")
        say(f"1 of 3: PostgreSQL in {where}, and its newest shape ...")
        database_url = await supervisor.start_database()
        await asyncio.to_thread(check_statement_logging, settings, database_url)
        say("2 of 3: web, streaming, rtc, fanout and worker ...")
        await supervisor.start_servers()
        urls = settings.public_urls
        say(f"3 of 3: ready. Pages: {urls.base}  Studio: {urls.base}/studio  Cameras: {urls.rtmp}")
        if not settings.secure:
            say("Browsers reach it without HTTPS: put a proxy in front (docs/operate/README.md).")
        log.info("ready", url=urls.base)
        await until_signal()
    except CommandFailed as error:
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
