"""The demo's show that is over."""

from __future__ import annotations

import asyncio

from showfloor.app.demo.past_show import past_show


def command() -> None:
    asyncio.run(past_show())
