"""The command line: `showfloor demo`, `showfloor serve`, each process alone, and what fills an
installation (`admin_cli`).

Imports stand inside the commands for one reason, marked at each: a process loads only what it runs,
so that it starts at once and stays small.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from showfloor.app import admin_cli, log
from showfloor.app.private import keep_files_private
from showfloor.app.settings import SHORTEST_SECRET, Settings

OTHER_FILES = 128
"""Open files of `web` that are no visitors: the database, the other servers, what is read."""


def _settings(*needed: str) -> Settings:
    """The settings, refused when a secret that this process needs could be guessed."""
    settings = Settings()
    short = [name for name in needed if len(getattr(settings, name)) < SHORTEST_SECRET]
    for name in short:
        typer.echo(
            f"Set SHOWFLOOR_{name.upper()} to at least {SHORTEST_SECRET} random characters "
            f"(openssl rand -hex 32).",
            err=True,
        )
    if short:
        raise typer.Exit(2)
    return settings


cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Live shopping that you host yourself.",
)
for name, group in admin_cli.GROUPS.items():
    cli.add_typer(group, name=name)


def main() -> None:
    log.configure()
    keep_files_private()
    cli()


@cli.command("demo")
def demo_command(
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
    """A live show, two brands, a brand's website, everything on this machine."""
    from showfloor.app.demo.run import run  # noqa: PLC0415 - a process loads only what it runs

    run(data.resolve(), port, open_browser=browser, wide=wide)


@cli.command("serve")
def serve_command() -> None:
    """Every process of one machine, configured by SHOWFLOOR_… variables."""
    from showfloor.app.serve import run  # noqa: PLC0415 - a process loads only what it runs

    settings = Settings()
    made = [name for name in ("secret", "internal_token") if not getattr(settings, name)]
    run(_settings(*({"secret", "internal_token"} - set(made))), made)


Folder = Annotated[Path, typer.Argument(help="the folder of the backup")]


@cli.command()
def backup(folder: Folder) -> None:
    """Write database and pictures into a new folder, beside a running installation or not."""
    from showfloor.app.backup import back_up  # noqa: PLC0415 - a process loads only what it runs

    _or_refused(lambda: back_up(Settings(), folder.absolute()))
    typer.echo(f"The backup is in {folder}. It holds addresses of buyers: keep it encrypted.")


@cli.command()
def restore(folder: Folder) -> None:
    """Bring a backup back into an installation without data."""
    from showfloor.app.backup import restore  # noqa: PLC0415 - a process loads only what it runs

    _or_refused(lambda: restore(Settings(), folder.absolute()))
    typer.echo("Everything of the backup is here. Start Showfloor with `showfloor serve`.")


def _or_refused(work: Callable[[], None]) -> None:
    """Ends with 1 and one sentence when the backup or the database stands in the way."""
    from showfloor.app.backup import BackupFailed  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.app.postgres import PostgresFailed  # noqa: PLC0415 - a process loads only what it runs

    try:
        work()
    except (BackupFailed, PostgresFailed) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem


@cli.command()
def web() -> None:
    """Pages and API."""
    import uvicorn  # noqa: PLC0415 - a process loads only what it runs

    from showfloor.app.processes import LAST_REQUESTS  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.app.protocol import bounded  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit.network import (  # noqa: PLC0415 - a process loads only what it runs
        ConnectionLimit,
        Proxies,
        raise_open_file_limit,
    )

    settings = _settings("secret", "internal_token")
    most = raise_open_file_limit() - OTHER_FILES
    connections = ConnectionLimit(
        "web",
        most=most,
        most_per_network=most // 4,
        proxies=Proxies(settings.proxies),
    )
    uvicorn.run(
        "showfloor.app.asgi:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=bounded(connections),
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=LAST_REQUESTS,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
    )


@cli.command()
def streaming() -> None:
    """RTMP in, LL-HLS out."""
    from showfloor.streaming.config import StreamingConfig  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.streaming.server import run  # noqa: PLC0415 - a process loads only what it runs

    settings = _settings("internal_token")
    run(
        StreamingConfig(
            proxies=settings.proxies,
            web_url=settings.internal_web,
            internal_token=settings.internal_token,
            data_dir=settings.data,
            rtmp_host=settings.rtmp_host or settings.host,
            rtmp_port=settings.rtmp_port,
            http_host=settings.host,
            http_port=settings.media_port,
        )
    )


@cli.command()
def fanout() -> None:
    """Room events to viewers."""
    from showfloor.fanout.config import FanoutConfig  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.fanout.server import run  # noqa: PLC0415 - a process loads only what it runs

    settings = Settings()
    if not settings.rooms_database_url:
        logging.getLogger("showfloor.fanout").warning(
            "rooms are read as the database's owner: set SHOWFLOOR_ROOMS_DATABASE_URL"
        )
    url = settings.rooms_database_url or settings.database_url
    run(
        FanoutConfig(
            database_url=url,
            host=settings.host,
            port=settings.rooms_port,
            proxies=settings.proxies,
        )
    )


@cli.command()
def worker() -> None:
    """Jobs and event subscribers."""
    from showfloor.app.worker import work  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit.network import raise_open_file_limit  # noqa: PLC0415 - a process loads only what it runs

    raise_open_file_limit()
    asyncio.run(work(_settings("secret")))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    from showfloor.app.migrate import upgrade  # noqa: PLC0415 - a process loads only what it runs

    asyncio.run(upgrade(Settings().database_url))


@cli.command()
def openapi(
    models: Annotated[
        bool, typer.Option("--models", help="only the models, for the front end's types")
    ] = False,
) -> None:
    """Print the API's OpenAPI document."""
    from showfloor.app import contract  # noqa: PLC0415 - a process loads only what it runs

    found = contract.models() if models else contract.document()
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


@cli.command("demo-camera", hidden=True)
def demo_camera(*, wide: Annotated[bool, typer.Option("--wide")] = False) -> None:
    """The demo's camera and its host."""
    from showfloor.app.demo import camera  # noqa: PLC0415 - a process loads only what it runs

    asyncio.run(camera.wide_camera() if wide else camera.camera())


@cli.command("demo-brand-site", hidden=True)
def demo_brand_site() -> None:
    """The demo brand's own website."""
    from showfloor.app.demo.brand_site import brand_site  # noqa: PLC0415 - a process loads only what it runs

    brand_site()
