"""The demo's camera and its host."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from showfloor.app.demo import camera


def command(*, wide: Annotated[bool, typer.Option("--wide")] = False) -> None:
    asyncio.run(camera.wide_camera() if wide else camera.camera())
