"""`showfloor serve`: one machine in production."""

from __future__ import annotations

import asyncio
import signal

import structlog
import typer

from showfloor.app.settings import Settings
from showfloor.app.supervisor import NotReady, Supervisor

log = structlog.get_logger()
SHORTEST_SECRET = 32


def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Refuses to start without secrets of its own."""
    for name in ("secret", "internal_token"):
        if len(getattr(settings, name)) < SHORTEST_SECRET:
            typer.echo(f"Set SHOWFLOOR_{name.upper()} to at least {SHORTEST_SECRET} random characters (openssl rand -hex 32).", err=True)
            raise typer.Exit(2)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    supervisor = Supervisor(settings, {"SHOWFLOOR_DATA": str(settings.data.resolve())})
    try:
        await supervisor.start_database()
        await supervisor.start_servers()
        log.info("ready", url=settings.public_urls.base)
        await until_signal()
    except NotReady as error:
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
