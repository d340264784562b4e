"""The demo's camera and host: ffmpeg publishes the film over RTMP like any camera, and the host
pins each product when it appears.

The host knows where the film is from ffmpeg's own progress, as a person would from the monitor, and
uses the public API with the host's key. When somebody ends the show, the host opens the next one:
the demo is always on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx2
import structlog
from imageio_ffmpeg import get_ffmpeg_exe

from showfloor.app.demo.key_relay import key_relay
from showfloor.app.demo.state import FILES, DemoState, load, move_on, show_plan
from showfloor.kit import clock
from showfloor.kit.network import tls_context
from showfloor.kit.processes import die_with_parent

log = structlog.get_logger()
FILM = FILES / "media" / "show-720x1280.mp4"
WIDE_FILM = FILES / "media" / "show-1280x720.mp4"
RETRY = 0.25
"""Seconds between attempts while a server is coming up."""
WIDE_RETRY = 3.0
"""Seconds between two looks whether another encoder has the second show."""
PROGRESS_EVERY = "0.1"


@dataclass
class Segment:
    """A stretch of the film; `product_id` is None for the opening."""

    start: float
    product_id: str | None


class Host:
    """Speaks to the API as the demo's host."""

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx2.AsyncClient(
            base_url=f"{base_url}/api/v1",
            headers=headers,
            timeout=5,
            verify=tls_context(),
            trust_env=False,
        )

    async def call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> httpx2.Response:
        """Keeps asking while the server is not there or says try again (503)."""
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                answer = await self._client.request(method, path, json=body)
                if answer.status_code != 503:
                    return answer
            await asyncio.sleep(RETRY)


async def camera() -> None:
    """Until the process is ended."""
    data = Path(os.environ["SHOWFLOOR_DATA"])
    state = load(data)
    assert state is not None, "showfloor demo seeds before it starts the camera"
    host = Host(os.environ["SHOWFLOOR_DEMO_API"], state.tokens["host"])
    while True:
        state = await _open_show(host, data, state)
        key = (await host.call("POST", f"/shows/{state.show_id}/stream-key")).json()
        async with key_relay(key["rtmp_url"], key["stream_key"]) as address:
            await _play(host, state, FILM, address)
        await asyncio.sleep(RETRY)


async def wide_camera() -> None:
    """The second show, with the film for wide screens, until somebody ends it. Its key stays the
    one of `demo.json`: an encoder that uses it takes the show over.
    """
    first = load(Path(os.environ["SHOWFLOOR_DATA"]))
    assert first is not None, "showfloor demo seeds before it starts the camera"
    host = Host(os.environ["SHOWFLOOR_DEMO_API"], first.tokens["host"])
    state = replace(first, show_id=first.scheduled_show_id, slug=first.scheduled_slug)
    while (await host.call("GET", f"/shows/{state.show_id}")).json()["state"] != "ended":
        async with key_relay(os.environ["SHOWFLOOR_RTMP_URL"], first.stream_key) as address:
            await _play(host, state, WIDE_FILM, address)
        await _until_nobody_publishes(host, state)


async def _until_nobody_publishes(host: Host, state: DemoState) -> None:
    while True:
        await asyncio.sleep(WIDE_RETRY)
        view = (await host.call("GET", f"/shows/{state.show_id}/studio")).json()
        if view["ingest"]["state"] not in ("connected", "publishing"):
            return


async def _open_show(host: Host, data: Path, state: DemoState) -> DemoState:
    """The show to go on with: the one we have, or a new one when it was ended."""
    show = (await host.call("GET", f"/shows/{state.show_id}")).json()
    if show["state"] != "ended":
        return state
    new = (
        await host.call(
            "POST",
            "/shows",
            {
                "title": show["title"],
                "market": show["market"],
                "disclosures": [],
                "slug": f"{re.sub(r'-[0-9]{8}$', '', state.slug)}-{_serial()}",
            },
        )
    ).json()
    for product in show["products"]:
        await host.call("POST", f"/shows/{new['id']}/products", {"product_id": product["id"]})
    changed = replace(state, show_id=new["id"], slug=new["slug"])
    move_on(data, changed)
    return changed


def _serial() -> str:
    return str(clock.milliseconds(clock.now()))[-8:]


def send_in_a_loop(film: Path, address: str) -> list[str]:
    """Arguments of ffmpeg: the film at its own pace, not encoded again, without end."""
    read = ["-re", "-stream_loop", "-1", "-i", str(film)]
    return [*read, "-c", "copy", "-f", "flv", address]


async def _play(host: Host, state: DemoState, film: Path, address: str) -> None:
    """Publish the film in a loop and pin along, until ffmpeg ends (the server went away, or the
    show was ended).
    """
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_exe(),
        *[
            "-hide_banner",
            "-loglevel",
            "error",
            "-nostdin",
            "-progress",
            "pipe:1",
            "-stats_period",
            PROGRESS_EVERY,
        ],
        *send_in_a_loop(film, address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )
    try:
        await _go_live(host, state, process)
        await _pin_along(host, state, process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _go_live(host: Host, state: DemoState, process: asyncio.subprocess.Process) -> None:
    while process.returncode is None:
        show = (await host.call("GET", f"/shows/{state.show_id}")).json()
        if show["state"] not in ("draft", "scheduled"):
            return
        answer = await host.call("POST", f"/shows/{state.show_id}/go-live")
        if answer.status_code == 409 and answer.json()["code"] == "disclosures_unanswered":
            await host.call("PATCH", f"/shows/{state.show_id}", {"disclosures": []})
        await asyncio.sleep(RETRY)


async def _pin_along(host: Host, state: DemoState, process: asyncio.subprocess.Process) -> None:
    plan = show_plan()
    segments = [
        Segment(entry["from"], state.product_ids.get(entry.get("product_id", "")))
        for entry in plan["segments"]
    ]
    shown: str | None = "?"
    async for position in _positions(process, plan["duration"]):
        product = [segment.product_id for segment in segments if segment.start <= position][-1]
        if product != shown and await _show(host, state, product):
            shown = product


async def _show(host: Host, state: DemoState, product: str | None) -> bool:
    """Pin the product, or unpin everything at the opening; whether it worked."""
    if product is not None:
        answer = await host.call(
            "POST",
            f"/shows/{state.show_id}/cues",
            {"kind": "pin", "product_id": product, "replace": True},
        )
        return answer.status_code == 201
    timeline = (
        await host.call("GET", f"/shows/{state.show_id}/timeline?at={clock.rfc3339(clock.now())}")
    ).json()
    for cue in timeline["cues"]:
        # What somebody who tries the demo has begun goes on.
        if cue["kind"] == "pin":
            await host.call("POST", f"/cues/{cue['id']}/end")
    return True


async def _positions(process: asyncio.subprocess.Process, duration: float) -> AsyncIterator[float]:
    """Where the film is, in seconds from its start, ten times a second, by ffmpeg's own reports.

    The film is `duration` seconds long.
    """
    assert process.stdout is not None
    async for line in process.stdout:
        name, _, value = line.decode().strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            yield (int(value) / 1e6) % duration
