"""`showfloor demo`: everything on this machine, with data of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import webbrowser
from pathlib import Path

import typer

from showfloor.app.demo.state import PASSWORD, DemoState, report
from showfloor.app.failures import CommandFailed
from showfloor.app.private import secrets
from showfloor.app.serve import only_one, until_signal
from showfloor.app.settings import Settings
from showfloor.app.supervisor import NotReady, Supervisor

OFFSETS = {
    "port": 0,
    "media_port": 1,
    "rooms_port": 2,
    "rtmp_port": 3,
    "brand_port": 4,
    "rtc_port": 5,
    "mailbox_port": 6,
    "smtp_port": 7,
}
"""Every port follows from the first; one that is taken is replaced by a free one."""
SERVERS = ("port", "media_port", "rooms_port", "rtmp_port", "rtc_port")
"""Those that are settings; the others are the demo's own."""


def run(data: Path, port: int, *, open_browser: bool, wide: bool = False) -> None:
    """Until SIGTERM or SIGINT. Two demos need two data folders; a second one in the same folder is
    refused.
    """
    with only_one(data), contextlib.ExitStack() as reserved:
        try:
            ports = choose_ports(port, reserved)
            if ports["port"] != port:
                typer.echo(f"Port {port} is taken, so this demo is at {ports['port']}.", err=True)
            asyncio.run(_run(data, ports, open_browser, wide))
        except CommandFailed as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error


def choose_ports(first: int, reserved: contextlib.ExitStack) -> dict[str, int]:
    """By the names of `OFFSETS`; no other demo chooses them while `reserved` is open, though nobody
    listens on them yet.
    """
    return {name: _free(first + offset, reserved) for name, offset in OFFSETS.items()}


def _free(wanted: int, reserved: contextlib.ExitStack) -> int:
    for candidate in (wanted, 0, 0, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            port: int = probe.getsockname()[1]
            # A name that only one can have, and that ends with its process (unix(7), abstract
            # sockets).
            sign = reserved.enter_context(socket.socket(socket.AF_UNIX))
            sign.bind(f"\0showfloor-demo-port-{port}")
            return port
    raise NotReady(f"port {wanted} is taken and no other could be had")


async def _run(data: Path, ports: dict[str, int], open_browser: bool, wide: bool) -> None:
    secret = secrets(data)
    numbers = {name: ports[name] for name in SERVERS}
    rtmp_url = f"rtmp://127.0.0.1:{ports['rtmp_port']}/live"
    settings = Settings(
        mode="demo",
        data=data,
        host="127.0.0.1",
        rtmp_url=rtmp_url,
        **{**secret, **numbers},  # type: ignore[arg-type]  # two dicts of two types
    )
    # localhost and 127.0.0.1 are two sites to a browser: the brand's page is a foreign one, as in
    # real life.
    brand_url = (
        os.environ.get("SHOWFLOOR_DEMO_BRAND_URL") or f"http://127.0.0.1:{ports['brand_port']}"
    )
    supervisor = Supervisor(settings, _environment(settings, ports))
    try:
        supervisor.start("streaming", ["streaming"])
        url = await supervisor.start_database()
        servers = asyncio.create_task(supervisor.start_servers())
        # While the servers start, this process loads the modules that seeding needs.
        state = await asyncio.to_thread(_seed, url, data, brand_url)
        await servers
        supervisor.start("camera", ["demo-camera"])
        if wide:
            supervisor.start("wide-camera", ["demo-camera", "--wide"])
        supervisor.start("brand-site", ["demo-brand-site"])
        supervisor.start("mailbox", ["demo-mailbox"])
        await supervisor.wait_for(
            "camera", f"{settings.internal_media}/live/{state.show_id}/index.m3u8"
        )
        await supervisor.wait_for("brand-site", f"http://127.0.0.1:{ports['brand_port']}/")
        mailbox_url = f"http://127.0.0.1:{ports['mailbox_port']}"
        await supervisor.wait_for("mailbox", mailbox_url)
        _announce(settings, state, data, brand_url, mailbox_url)
        supervisor.start_once("past-show", ["demo-past-show"])
        if open_browser:
            webbrowser.open(f"{settings.public_urls.base}/s/{state.slug}")
        await until_signal()
    finally:
        await supervisor.stop()


def _seed(url: str, data: Path, brand_url: str) -> DemoState:
    from showfloor.app.demo.seed import seed_now  # noqa: PLC0415 - loaded while the servers start

    return seed_now(url, data, brand_url)


def _environment(settings: Settings, ports: dict[str, int]) -> dict[str, str]:
    names = ("mode", "data", "host", *SERVERS, "secret", "internal_token")
    environment = {f"SHOWFLOOR_{name.upper()}": str(getattr(settings, name)) for name in names}
    urls = settings.public_urls
    environment |= {
        "SHOWFLOOR_BASE_URL": urls.base,
        "SHOWFLOOR_MEDIA_URL": urls.media,
        "SHOWFLOOR_ROOMS_URL": urls.rooms,
        "SHOWFLOOR_WHIP_URL": urls.whip,
    }
    environment |= {"SHOWFLOOR_RTMP_URL": urls.rtmp, "SHOWFLOOR_DEMO_API": settings.internal_web}
    # Whatever server the machine's environment names: nobody outside gets a mail of the demo.
    environment |= {
        "SHOWFLOOR_SMTP_URL": f"smtp://127.0.0.1:{ports['smtp_port']}",
        "SHOWFLOOR_MAIL_FROM": "orders@demo.showfloor.example",
    }
    own = ("brand_port", "mailbox_port", "smtp_port")
    return environment | {f"SHOWFLOOR_DEMO_{name.upper()}": str(ports[name]) for name in own}


def _announce(
    settings: Settings, state: DemoState, data: Path, brand_url: str, mailbox_url: str
) -> None:
    urls = settings.public_urls
    addresses = {
        "base_url": urls.base,
        "rtmp_url": urls.rtmp,
        "brand_site_url": brand_url,
        "mailbox_url": mailbox_url,
    }
    report(data, state, addresses)
    lines = {
        "The show": f"{urls.base}/s/{state.slug}",
        "In Arabic": f"{urls.base}/s/{state.slug}?lang=ar",
        "On a brand's website": brand_url,
        "The studio": f"{urls.base}/studio (host@demo.showfloor.example, {PASSWORD})",
        "A merchant's desk": f"{urls.base}/desk (loamwick@demo.showfloor.example, {PASSWORD})",
        "The mails it sends": mailbox_url,
        "For OBS": f"server {addresses['rtmp_url']}, key {state.stream_key}",
        "Everything else": json.dumps(str(data / "demo.json"))[1:-1],
    }
    if state.past_slug:
        lines["One that is over"] = f"{urls.base}/s/{state.past_slug} (in a moment)"
    typer.echo("\nShowfloor is live.\n")
    for name, value in lines.items():
        typer.echo(f"  {name:<22}{value}")
    typer.echo(
        "\nA script pins the products of this show as the film shows them. To pin yourself, "
        "stream to the second show with OBS."
    )
    typer.echo("Ctrl+C ends it.\n")
