"""Our payments against the providers' own lists: what neither an answer, a callback nor a look at
what stayed open has told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from showfloor.checkout import queries, rules
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.service.refunding import reconcile_refunds
from showfloor.checkout.service.settlement import carry_on, record
from showfloor.checkout.types import Discrepancy, Payment, ProviderRecord
from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.orders import service as orders

log = structlog.get_logger()
LOOKS_BACK = timedelta(hours=26)
STILL_MOVING = timedelta(minutes=10)
"""What is younger has not ended, as a rule."""


async def reconcile(
    database: Database, providers: Mapping[str, PaymentProvider]
) -> list[tuple[ProviderRecord, Discrepancy]]:
    """Give back money for payments that we had given up, and reopen what refunds were for that
    failed; whatever else differs is a person's to decide and stands in the log.
    """
    await reconcile_refunds(database, providers, clock.now() - LOOKS_BACK)
    found = [(theirs, wrong) for _, theirs, wrong in await find_discrepancies(database, providers)]
    for theirs, wrong in found:
        log.error("payment differs", payment=str(theirs.payment_id), what=wrong.value)
        if wrong is Discrepancy.GIVEN_UP:
            await _give_back(database, providers, theirs)
    return found


async def find_discrepancies(
    database: Database, providers: Mapping[str, PaymentProvider]
) -> list[tuple[str, ProviderRecord, Discrepancy]]:
    """Payments of the last day on which a provider, which is named, and we differ. Changes
    nothing.
    """
    now, found = clock.now(), list[tuple[str, ProviderRecord, Discrepancy]]()
    for provider in providers.values():
        try:
            async for theirs in provider.listed(now - LOOKS_BACK, now - STILL_MOVING):
                ours = await queries.find_payment(database, theirs.payment_id)
                wrong = rules.compare(ours.state if ours else None, theirs.reply.status)
                if wrong is Discrepancy.GIVEN_BACK_THERE and await _was_refunded(database, ours):
                    continue
                if wrong is not None:
                    found.append((provider.name, theirs, wrong))
        except ProviderUnavailable:
            log.warning("payment provider does not answer", provider=provider.name)
    return found


async def _was_refunded(database: Database, payment: Payment | None) -> bool:
    """Whether we gave all of it back ourselves."""
    assert payment is not None
    async with database.session() as session:
        back = await orders.refunded_of_checkout(session, payment.checkout_id)
    return back == payment.amount.amount


async def _give_back(
    database: Database, providers: Mapping[str, PaymentProvider], theirs: ProviderRecord
) -> None:
    async with database.transaction() as connection:
        recorded = await record(connection, theirs.payment_id, theirs.reply)
    await carry_on(database, providers, recorded)
