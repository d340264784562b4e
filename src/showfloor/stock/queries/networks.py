"""Which client network asked for a hold."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Connection, fetch


async def forget_clients_before(connection: Connection, moment: datetime, most: int) -> int:
    """A batch of holds whose cool-down is over: which network asked is forgotten."""
    rows = await fetch(
        connection,
        """
        with old as materialized (
          select id from hold where client is not null and expires_at < %(moment)s
          limit %(most)s for update skip locked
        )
        update hold set client = null from old where hold.id = old.id returning hold.id
        """,
        {"moment": moment, "most": most},
    )
    return len(rows)
