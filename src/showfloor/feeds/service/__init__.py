"""Imports: asked for by a merchant's people, run by the worker in batches (decision 0017)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from showfloor.catalog import service as catalog
from showfloor.catalog.imports.products import other_slug, slug_of
from showfloor.catalog.imports.program import End, Order
from showfloor.catalog.imports.types import Listing, Reading
from showfloor.feeds import queries, rules
from showfloor.feeds.adapters.fetcher import FetchFailed, fetch_file
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.adapters.reader import read_in_process
from showfloor.feeds.errors import ImportNotCompared, ImportNotFound, ImportRunning
from showfloor.feeds.queries import pictures as picture_queries
from showfloor.feeds.rules import Claimed, Here, Step
from showfloor.feeds.service import pictures
from showfloor.feeds.types import (
    Counts,
    Import,
    ImportState,
    Line,
    LineKind,
    LinePage,
    NewImport,
    PictureCounts,
    PicturePage,
    PictureState,
)
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import IdempotencyConflict
from showfloor.kit.notify import wake
from showfloor.kit.outbound import Outbound
from showfloor.kit.retention import kept_for
from showfloor.merchants.errors import MerchantNotFound
from showfloor.stock import service as stock

log = structlog.get_logger()
IMPORTS = "imports"
"""The name under which the worker is woken."""
KEPT_FOR = kept_for("import")
BATCH_PRODUCTS, BATCH_SIZE = 200, 1000
"""What one transaction takes over: products, and offers with remarks."""
KEPT_COMPARISONS = 10
"""Of one merchant: the files of older ones go, so that nobody fills the disk with comparisons."""
UNKNOWN_AFTER = timedelta(days=1)
"""A file so old without an import is what a killed process left."""


def check_seller(person: Person, merchant_id: UUID) -> None:
    """Raises MerchantNotFound for somebody else's."""
    if merchant_id not in person.merchant_ids:
        raise MerchantNotFound


async def add_import(session: Session, *, person: Person, new: NewImport) -> Import:
    """To be read soon; the same key again is the same import.

    Raises MerchantNotFound, ImportRunning, IdempotencyConflict.
    """
    check_seller(person, new.merchant_id)
    added = await queries.add_import(session, new, clock.now())
    found = await queries.import_of_key(session, new.merchant_id, new.key)
    if found is None:
        raise ImportRunning
    known, request = found
    if request != new.request:
        raise IdempotencyConflict
    if added:
        wake(session, IMPORTS)
    return known


async def get_own_import(session: Session, *, person: Person, import_id: UUID) -> Import:
    """Raises ImportNotFound, also for somebody else's."""
    return await _own(session, person, import_id)


async def list_imports(
    session: Session, *, person: Person, limit: int, cursor: UUID | None
) -> list[Import]:
    """Newest first."""
    return await queries.imports_of(session, person.merchant_ids, limit, cursor)


async def list_lines(
    session: Session,
    *,
    person: Person,
    import_id: UUID,
    kinds: list[LineKind],
    limit: int,
    after: int = 0,
) -> LinePage:
    """In the order of the file. Raises ImportNotFound."""
    await _own(session, person, import_id)
    return await queries.lines_of(session, import_id, kinds, limit, after)


async def apply(session: Session, *, person: Person, import_id: UUID) -> Import:
    """Take over what was compared, as it is by then. Asking twice is asking once.

    Raises ImportNotFound, ImportNotCompared, ImportRunning.
    """
    compared = await _own(session, person, import_id, lock=True)
    if not compared.dry_run:
        return compared
    if compared.state is not ImportState.COMPARED:
        raise ImportNotCompared
    if not await queries.begin_again(session, import_id, clock.now()):
        raise ImportRunning
    wake(session, IMPORTS)
    return await _own(session, person, import_id)


async def _own(session: Session, person: Person, import_id: UUID, *, lock: bool = False) -> Import:
    found = await queries.get_import(session, import_id, lock=lock)
    if found is None or found.merchant_id not in person.merchant_ids:
        raise ImportNotFound
    return found


async def list_pictures(
    session: Session,
    *,
    person: Person,
    import_id: UUID,
    states: Collection[PictureState],
    limit: int,
    after: int = 0,
) -> PicturePage:
    """Those that the import waited for. Raises ImportNotFound."""
    await _own(session, person, import_id)
    return await picture_queries.lines(session, import_id, states, limit, after)


async def count_pictures(session: Session, found: Collection[Import]) -> dict[UUID, PictureCounts]:
    """By import; those without pictures are left out."""
    return await picture_queries.count(session, [each.id for each in found])


async def run_due(database: Database, folder: ImportFolder, outbound: Outbound) -> datetime | None:
    """One after the other; when the next one is due."""
    while (taken := await _claim(database)) is not None:
        await _run(database, folder, outbound, taken)
    async with database.session() as session:
        return await queries.next_due(session)


async def _claim(database: Database) -> Import | None:
    async with database.session() as session:
        now = clock.now()
        return await queries.claim_import(session, now, now + rules.LEASE)


class _Lost(Exception):
    """Another worker has the import."""


async def _run(database: Database, folder: ImportFolder, outbound: Outbound, taken: Import) -> None:
    if taken.attempts > rules.MOST_ATTEMPTS:
        # Whoever had it the last time did not live to say how it ended.
        await _fail(database, folder, taken)
        return
    try:
        await _Run(database, folder, outbound, taken).through()
    except _Lost:
        log.warning("import was taken over by another worker", number=str(taken.id))
    except Exception as error:  # whatever it is: others' imports go on
        log.warning("import failed", number=str(taken.id), exc_info=error)
        await _fail(database, folder, taken)


async def _fail(database: Database, folder: ImportFolder, taken: Import) -> None:
    """Not the file's fault: it is tried again from where it stood, a few times."""
    now = clock.now()
    async with database.session() as session:
        if taken.attempts < rules.MOST_ATTEMPTS:
            await queries.put_off(session, taken, now + timedelta(seconds=5 * taken.attempts))
            return
        await queries.note_end(
            session,
            taken,
            state=ImportState.FAILED,
            format=taken.format,
            rows=taken.counts.rows,
            now=now,
            error="import_failed",
        )
    await folder.remove(taken.id)


@dataclass(slots=True)
class _Batch:
    readings: list[Reading] = field(default_factory=list)
    size: int = 0
    """Offers and remarks."""

    def add(self, reading: Reading) -> None:
        self.readings.append(reading)
        self.size += len(reading.listing.offers) if reading.listing else 0
        self.size += len(reading.remarks)

    @property
    def full(self) -> bool:
        return len(self.readings) >= BATCH_PRODUCTS or self.size >= BATCH_SIZE

    @property
    def listings(self) -> list[Listing]:
        return [reading.listing for reading in self.readings if reading.listing is not None]


class _Run:
    """One import from where it stands to its end."""

    def __init__(
        self, database: Database, folder: ImportFolder, outbound: Outbound, taken: Import
    ) -> None:
        self._database = database
        self._outbound = outbound
        self._taken = taken
        self._folder = folder
        self._counts = taken.counts
        self._handled = taken.handled
        self._earlier = Claimed()

    async def through(self) -> None:
        """Raises _Lost, and whatever the database raises."""
        taken = self._taken
        if taken.url is not None and not taken.fetched and not await self._fetch(taken.url):
            return
        path = self._folder.path(self._taken.id)
        if not path.exists():
            await self._end(End(self._taken.format, error="file_gone"))
            return
        order = Order(str(path), self._taken.format, self._taken.currency)
        async with aclosing(read_in_process(order)) as parts:
            await self._through(parts)

    async def _fetch(self, url: str) -> bool:
        """Whether there is a file to read now. Raises _Lost."""
        async with self._database.session() as session:
            known = await queries.validators_of(session, self._taken, ids.digest(url))
        try:
            validators = await fetch_file(
                self._outbound, url, known, folder=self._folder, import_id=self._taken.id
            )
        except FetchFailed as failed:
            await self._end(End(self._taken.format, 0, failed.code, failed.params))
            return False
        now = clock.now()
        async with self._database.session() as session:
            if validators is None:
                noted = await queries.note_not_modified(session, self._taken, now)
            else:
                noted = await queries.note_fetched(
                    session, self._taken, validators, now, now + rules.LEASE
                )
        if not noted:
            raise _Lost
        if validators is None:
            return False
        self._taken = replace(self._taken, fetched=True, validators=validators)
        return True

    async def _through(self, parts: AsyncIterator[Reading | End]) -> None:
        batch, done_before = _Batch(), self._handled
        async for part in parts:
            if isinstance(part, End):
                await self._take(batch)
                await self._end(part)
                return
            if done_before > 0:
                done_before -= 1
                continue
            batch.add(part)
            if batch.full:
                await self._take(batch)
                batch = _Batch()

    async def _take(self, batch: _Batch) -> None:
        """Compare a batch, and take it over unless only the difference is asked for."""
        async with self._database.session() as session:
            here = await self._here(session, batch.listings)
            steps = list(self._steps(batch, here))
            if not self._taken.dry_run:
                await catalog.lock_products(session, here.known.products)
                await catalog.store_products(
                    session, stored=[step.stored for step in steps if step.stored]
                )
                counts = {
                    variant: count for step in steps for variant, count in step.counts.items()
                }
                await stock.take_counts(session, counts=counts)
                wanted = dict(step.pictured for step in steps if step.pictured)
                await pictures.want(session, self._taken.id, wanted)
            await queries.add_lines(session, self._taken.id, self._kept(steps))
            counts_now = self._counted(batch, steps)
            handled = self._handled + len(batch.readings)
            until = clock.now() + rules.LEASE
            if not await queries.note_progress(session, self._taken, counts_now, handled, until):
                raise _Lost
        self._counts, self._handled = counts_now, handled

    async def _here(self, session: Session, listings: list[Listing]) -> Here:
        merchant = self._taken.merchant_id
        known = await catalog.find_known(
            session,
            merchant_id=merchant,
            keys={listing.key for listing in listings},
            skus={offer.sku for listing in listings for offer in listing.offers},
            slugs={slug_of(listing) for listing in listings}
            | {other_slug(listing) for listing in listings},
        )
        variants = [each.id for product in known.products.values() for each in product.variants]
        currencies = {offer.currency for listing in listings for offer in listing.offers}
        prices = {
            (variant, currency): price
            for currency in currencies
            for variant, price in (await catalog.prices(session, variants, currency)).items()
        }
        return Here(known, prices, await stock.stock_of(session, variants))

    def _steps(self, batch: _Batch, here: Here) -> Iterator[Step]:
        for reading in batch.readings:
            remarks = [rules.line_of(each, reading.listing) for each in reading.remarks]
            if reading.listing is None:
                yield Step(remarks, left_out=True)
                continue
            step = rules.step_for(reading.listing, self._taken.merchant_id, here, self._earlier)
            yield replace(step, lines=[*step.lines, *remarks])

    def _counted(self, batch: _Batch, steps: list[Step]) -> Counts:
        now = self._counts
        lines = [line for step in steps for line in step.lines]
        return Counts(
            rows=now.rows + sum(reading.rows for reading in batch.readings),
            created=now.created + sum(step.created for step in steps),
            changed=now.changed + sum(step.changed for step in steps),
            unchanged=now.unchanged
            + sum(not (step.created or step.changed or step.left_out) for step in steps),
            left_out=now.left_out + sum(line.kind is LineKind.LEFT_OUT for line in lines),
            notes=now.notes + sum(line.kind is LineKind.NOTE for line in lines),
        )

    def _kept(self, steps: list[Step]) -> list[Line]:
        """The first ones of each kind: nobody reads fifty thousand."""
        room = {
            LineKind.CREATED: rules.MOST_LINES - self._counts.created,
            LineKind.CHANGED: rules.MOST_LINES - self._counts.changed,
            LineKind.LEFT_OUT: rules.MOST_LINES - self._counts.left_out,
            LineKind.NOTE: rules.MOST_LINES - self._counts.notes,
        }
        kept: list[Line] = []
        for line in (line for step in steps for line in step.lines):
            if room[line.kind] > 0:
                room[line.kind] -= 1
                kept.append(line)
        return kept

    async def _end(self, end: End) -> None:
        state = ImportState.COMPARED if self._taken.dry_run else ImportState.DONE
        async with self._database.session() as session:
            noted = await queries.note_end(
                session,
                self._taken,
                state=ImportState.FAILED if end.error else state,
                format=end.format or self._taken.format,
                rows=end.rows or self._counts.rows,
                now=clock.now(),
                error=end.error or None,
                error_params=end.params,
            )
            if noted and not end.error and not self._taken.dry_run and self._taken.url:
                # Only now: what was compared and left is still to be taken over.
                await queries.remember_source(
                    session, self._taken, ids.digest(self._taken.url), end.format
                )
            merchant = self._taken.merchant_id
            outdated = await queries.compared_before_the_last(session, merchant, KEPT_COMPARISONS)
        if not noted:
            raise _Lost
        # Only a comparison is read again, when it is taken over.
        read = [] if self._taken.dry_run and not end.error else [self._taken.id]
        for import_id in (*read, *outdated):
            await self._folder.remove(import_id)


async def forget_old(database: Database, folder: ImportFolder) -> None:
    """Files and reports go a month after their import ended, and files of which no import knows
    after a day.
    """
    moment = clock.now() - KEPT_FOR
    stored = await folder.stored_before(clock.now() - UNKNOWN_AFTER)
    async with database.session() as session:
        over = await queries.over_before(session, moment)
        unknown = stored - await queries.known_imports(session, stored)
    for import_id in (*over, *unknown):
        await folder.remove(import_id)
    async with database.session() as session:
        await queries.remove_before(session, moment)
