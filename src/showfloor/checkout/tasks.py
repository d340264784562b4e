"""What the worker does for `checkout`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from showfloor.checkout import service
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.rules import PAYMENTS as PAYMENTS
from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.orders.service import REFUNDS as REFUNDS


async def settle_open_payments(
    database: Database, *, providers: Mapping[str, PaymentProvider]
) -> datetime | None:
    """Finish what a crash or a slow bank left open; when the next payment is to be asked about."""
    async with database.transaction() as connection:
        due = await service.next_look(connection, providers)
    if due is None or due > clock.now():
        return due
    await service.settle_open_payments(database, providers)
    async with database.transaction() as connection:
        return await service.next_look(connection, providers)


async def settle_open_refunds(
    database: Database, *, providers: Mapping[str, PaymentProvider]
) -> datetime | None:
    """Carry out refunds that a crash or a slow bank left open; when the next is to be asked
    about.
    """
    return await service.settle_open_refunds(database, providers)


async def reconcile(database: Database, *, providers: Mapping[str, PaymentProvider]) -> None:
    """Every hour: our payments against the providers' own lists."""
    await service.reconcile(database, providers)


async def forget_abandoned(database: Database) -> None:
    """Every minute: who did not buy leaves no address behind."""
    forgotten = 1
    while forgotten:
        async with database.transaction() as connection:
            forgotten = await service.forget_abandoned(connection)
