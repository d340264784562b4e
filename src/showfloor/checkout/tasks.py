"""What the worker does for `checkout`."""

from __future__ import annotations

from collections.abc import Mapping

from showfloor.checkout import service
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.kit.db import Database


async def settle_open_payments(
    database: Database, *, providers: Mapping[str, PaymentProvider]
) -> None:
    """Every second: finish what a crash or a slow bank left open."""
    await service.settle_open_payments(database, providers)


async def forget_abandoned(database: Database) -> None:
    """Every hour: who did not buy leaves no address behind."""
    async with database.session() as session:
        await service.forget_abandoned(session)
