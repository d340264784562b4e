"""How many there are: counted by the merchant's people, said by its own shop, taken from a file.
Every change is a row with its reason, beside the count, in one transaction under the row's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from showfloor.catalog.service import check_own_variants
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.notify import wake
from showfloor.kit.outbox import publish
from showfloor.stock import queries, rules
from showfloor.stock.errors import (
    LeaseTooLarge,
    ReferenceUsed,
    StockCommitted,
    StockVersionOld,
)
from showfloor.stock.events import StockChanged
from showfloor.stock.service.line import FREED
from showfloor.stock.types import ChangeReason, Lease, Report, Stock, StockChange

log = structlog.get_logger()
_FEWER = frozenset({ChangeReason.DAMAGED, ChangeReason.SOLD_ELSEWHERE})


@dataclass(frozen=True, slots=True)
class Told:
    """What a merchant's people say of a variant. With `COUNTED`, `pieces` is how many there are
    that nobody bought, as of `version`; else how many came, or went. `key` is the Idempotency-Key,
    `request` the fingerprint of what was asked.
    """

    reason: ChangeReason
    pieces: int
    note: str
    version: int | None
    key: str
    request: bytes


async def change_stock(session: Session, *, person: Person, variant_id: UUID, told: Told) -> None:
    """More or fewer pieces, for a reason; the same key changes them once. What was bought or is
    held stays so when fewer are there: then pieces are missing.

    Raises VariantNotFound, StockVersionOld, IdempotencyConflict.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    stock = (await queries.lock_stock_of(session, [variant_id]))[variant_id]
    key = ids.digest(told.key)
    if (made := await queries.change_of_key(session, variant_id, key)) is not None:
        if made != told.request:
            raise IdempotencyConflict
        return
    if told.version is not None and not rules.is_current(stock, told.version):
        raise StockVersionOld
    after = told.pieces
    if told.reason is not ChangeReason.COUNTED:
        after = stock.in_stock + (-told.pieces if told.reason in _FEWER else told.pieces)
    change = StockChange(
        variant_id=variant_id,
        reason=told.reason,
        before=stock.in_stock,
        after=after,
        at=clock.now(),
        person_id=person.id,
        note=told.note,
    )
    await queries.add_changes(session, [change], key=key, request=told.request)
    await _write(session, {variant_id: rules.counted(stock, after)})


async def report_count(
    session: Session, *, person: Person, variant_id: UUID, in_stock: int, version: int
) -> bool:
    """The merchant's own shop has so many that nobody bought. False, changing no stock, for a count
    that was made before something was sold or counted here: it would sell what is sold again.
    The report is noted either way. Raises VariantNotFound.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    stock = (await queries.lock_stock_of(session, [variant_id]))[variant_id]
    now, accepted = clock.now(), rules.is_current(stock, version)
    await queries.add_report(session, variant_id, Report(in_stock, stock.in_stock, accepted, now))
    if not accepted:
        return False
    if in_stock != stock.in_stock:
        change = StockChange(
            variant_id=variant_id,
            reason=ChangeReason.SHOP,
            before=stock.in_stock,
            after=in_stock,
            at=now,
            person_id=person.id,
        )
        await queries.add_changes(session, [change])
        await _write(session, {variant_id: rules.counted(stock, in_stock)})
    return True


async def report_sale(
    session: Session, *, person: Person, variant_id: UUID, quantity: int, reference: str
) -> None:
    """The merchant's own shop sold some: that is a fact, also where it sold what is bought or held
    here. Once for each reference. Raises VariantNotFound, ReferenceUsed for another quantity.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    stock = (await queries.lock_stock_of(session, [variant_id]))[variant_id]
    known = await queries.change_of_reference(session, variant_id, reference)
    if known is not None:
        if known.before - known.after != quantity:
            raise ReferenceUsed
        return
    change = StockChange(
        variant_id=variant_id,
        reason=ChangeReason.SOLD_ELSEWHERE,
        before=stock.in_stock,
        after=stock.in_stock - quantity,
        at=clock.now(),
        person_id=person.id,
        reference=reference,
    )
    await queries.add_changes(session, [change])
    await _write(session, {variant_id: rules.counted(stock, change.after)})


async def keep_for_show(
    session: Session,
    *,
    person: Person,
    variant_id: UUID,
    quantity: int,
    seconds: int,
    version: int | None,
) -> None:
    """The merchant's own shop leaves so many for sales here for so long, from now on, whatever it
    left before; none ends it.

    Raises VariantNotFound, StockVersionOld, LeaseTooLarge.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    stock = (await queries.lock_stock_of(session, [variant_id]))[variant_id]
    if version is not None and not rules.is_current(stock, version):
        raise StockVersionOld
    if quantity > max(0, stock.available):
        raise LeaseTooLarge
    if quantity:
        until = clock.now() + timedelta(seconds=seconds)
        await queries.set_lease(session, variant_id, Lease(quantity, stock.sold, until))
    else:
        await queries.end_lease(session, variant_id)


async def set_on_hand(session: Session, *, person: Person, variant_id: UUID, on_hand: int) -> None:
    """How many there are in all, sold ones included.

    Raises VariantNotFound for a foreign variant, StockCommitted.
    """
    await check_own_variants(session, person=person, variant_ids=[variant_id])
    stock = (await queries.lock_stock_of(session, [variant_id]))[variant_id]
    if on_hand < stock.held + stock.sold:
        raise StockCommitted
    counted = {variant_id: rules.counted(stock, on_hand - stock.sold)}
    await _note(session, {variant_id: stock}, counted, ChangeReason.COUNTED, person.id)
    await _write(session, counted)


async def take_counts(session: Session, *, counts: Mapping[UUID, int]) -> None:
    """What the merchant's own shop counts, sold pieces included (`Stock.kept`). For an
    import that the merchant's people asked for.
    """
    if not counts:
        return
    before = await queries.lock_stock_of(session, counts)
    after = {
        variant_id: rules.counted(stock, stock.kept(counts[variant_id]) - stock.sold)
        for variant_id, stock in before.items()
    }
    await _note(session, before, after, ChangeReason.IMPORT, None)
    await _write(session, after)


async def put_back(session: Session, pieces: Mapping[UUID, int]) -> None:
    """Pieces that were sold, by variant, can be sold again. The caller does so once for each."""
    if not pieces:
        return
    before = await queries.lock_stock_of(session, pieces)
    refused = await queries.put_back(session, pieces)
    for variant_id in refused:
        log.error("more comes back than was sold", variant=str(variant_id))
    back = before.keys() - set(refused)
    after = await queries.lock_stock_of(session, back)
    was = {variant_id: before[variant_id] for variant_id in back}
    await _note(session, was, after, ChangeReason.CAME_BACK, None)
    await publish(session, StockChanged(tuple(sorted(pieces))))
    wake(session, FREED)


async def _note(
    session: Session,
    before: Mapping[UUID, Stock],
    after: Mapping[UUID, Stock],
    reason: ChangeReason,
    person_id: UUID | None,
) -> None:
    now = clock.now()
    await queries.add_changes(
        session,
        [
            StockChange(
                variant_id, reason, stock.in_stock, after[variant_id].in_stock, now, person_id
            )
            for variant_id, stock in sorted(before.items())
            if stock.in_stock != after[variant_id].in_stock
        ],
    )


async def _write(session: Session, counts: Mapping[UUID, Stock]) -> None:
    await queries.write_counts(session, counts)
    await publish(session, StockChanged(tuple(sorted(counts))))
    wake(session, FREED)
