"""Which client network asked for a hold."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Connection, fetch


async def forget_clients_before(
    connection: Connection, moment: datetime, bought_before: datetime, most: int
) -> int:
    """A batch of holds whose cool-down is over, and of purchases that began long ago: which network
    asked is forgotten.
    """
    rows = await fetch(
        connection,
        """
        with old as materialized (
          select id from hold where client is not null and case
            when exists (select from hold_line where hold_id = hold.id and state = 'settled')
            then created_at < %(bought_before)s else expires_at < %(moment)s end
          limit %(most)s for update skip locked
        )
        update hold set client = null from old where hold.id = old.id returning hold.id
        """,
        {"moment": moment, "bought_before": bought_before, "most": most},
    )
    return len(rows)
