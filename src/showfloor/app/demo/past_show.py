"""The demo's show that is over: its film is imported as an operator would import one, and its host
publishes three of the clips that are suggested for its pins.

Every step may be repeated: the next start of the demo does what is left.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from showfloor.app.demo.camera import FILM, RETRY, Host
from showfloor.app.demo.state import DemoState, Past, load, show_plan
from showfloor.kit import clock

log = structlog.get_logger()
PATIENCE = 300.0
"""Seconds until the clips are suggested; on a slow machine the worker has much to do at first."""
AFTER_THE_FADE = timedelta(seconds=1)
"""A clip begins with its product, and the film fades from one to the next."""


async def past_show() -> None:
    """Until all of it is there, or the replay does not come."""
    # The live show and whoever watches it come first.
    os.nice(10)
    state = load(Path(os.environ["SHOWFLOOR_DATA"]))
    if state is None or not state.past_show_id:
        return
    host = Host(os.environ["SHOWFLOOR_DEMO_API"], state.tokens["host"])
    plan = show_plan()
    show = (await host.call("GET", f"/shows/{state.past_show_id}")).json()
    if show["state"] == "draft":
        await _import(state)
    async with asyncio.timeout(PATIENCE):
        await _publish_clips(host, state, plan["past"])


async def _import(state: DemoState) -> None:
    pins = [
        {
            "product_id": state.product_ids[each["product_id"]],
            "from": each["from"],
            "to": each["to"],
        }
        for each in show_plan()["segments"]
        if "product_id" in each
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(pins, file)
        file.flush()
        command = ["recording", "import", str(FILM), "--show", state.past_show_id]
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "showfloor", *command, "--pins", file.name)
        )
        if await program.wait() != 0:
            log.error("the film of the show that is over could not be imported")
            raise SystemExit(1)


async def _publish_clips(host: Host, state: DemoState, past: Past) -> None:
    wanted = {state.product_ids[each["product_id"]]: each["title"] for each in past["clips"]}
    suggested = await _suggested(host, state, set(wanted))
    for product, title in wanted.items():
        clip = suggested[product]
        if clip["state"] == "suggested":
            start = clock.parse_rfc3339(clip["from"]) + AFTER_THE_FADE
            body = {"title": title, "public": True, "from": clock.rfc3339(start)}
            (await host.call("PATCH", f"/clips/{clip['id']}", body)).raise_for_status()


async def _suggested(host: Host, state: DemoState, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """By product, once there is a clip for each of these."""
    while True:
        answer = await host.call("GET", f"/shows/{state.past_show_id}/clips")
        found = {each["product_id"]: each for each in answer.json()["items"]}
        if wanted <= found.keys():
            return found
        await asyncio.sleep(RETRY)
