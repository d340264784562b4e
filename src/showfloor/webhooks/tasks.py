"""Periodic jobs of `webhooks`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.webhooks.service import Lanes


async def send_webhooks(database: Database, *, lanes: Lanes) -> datetime | None:
    return await lanes.fill(database)
