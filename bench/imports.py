"""A Shopify export of 50,000 rows: compared, taken over, and the same file once more.

    python -m bench.imports [--rows 50000]

The worker's own job on a real PostgreSQL that syncs its commits, with the program that reads the
file as the process it is. Memory is the largest of that program and of this process.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.feeds import queries, service, tasks
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.types import Import, NewImport
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.outbound import Outbound
from showfloor.merchants import service as merchants

VARIANTS = 5
"""Rows of a product."""
REACH = 60
"""Seconds."""
COLUMNS = ["Handle", "Title", "Body (HTML)", "Option1 Name", "Option1 Value", "Variant SKU",
           "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Price"]  # fmt: skip


def write(file: Path, rows: int) -> None:
    body = "<p>Woven in a small mill.</p><ul><li>Linen</li><li>Loose</li></ul>" * 4
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for number in range(rows):
            product, place = divmod(number, VARIANTS)
            handle = f"shirt-{product}"
            words = [f"Shirt {product}", body, "Size"] if place == 0 else ["", "", ""]
            price = f"{20 + product % 80}.50"
            cells = [*words, f"S{place}", f"{handle}-{place}", "shopify", "7", price]
            writer.writerow([handle, *cells])


async def run(rows: int, folder: Path) -> None:
    server = EmbeddedPostgres(folder / "pg")
    url = server.start()
    database = Database(url)
    try:
        await asyncio.to_thread(upgrade_now, url)
        await database.open()
        await measure(database, rows, folder)
    finally:
        await database.close()
        server.stop()


async def measure(database: Database, rows: int, folder: Path) -> None:
    file = folder / "export.csv"
    write(file, rows)
    async with database.session() as session:
        name = {"en": "Mill", "ar": "مصنع"}
        merchant = await merchants.add_merchant(
            session, slug="mill", name=name, about=name, avatar_url="/m.webp", order_prefix="ML"
        )
    sells = frozenset({merchant.id})
    person = Person(ids.new(), "Bench", "bench@example.com", sells, None, is_operator=False)
    uploads = ImportFolder(folder)
    print(f"| {rows:,} rows, {file.stat().st_size >> 20} MiB | seconds | created | unchanged |")
    print("|---|---|---|---|")
    for what, dry_run in (("compared", True), ("taken over", False), ("the same again", False)):
        started = time.perf_counter()
        done = await once(database, uploads, person, file, dry_run=dry_run)
        seconds = time.perf_counter() - started
        counts = done.counts
        print(f"| {what} | {seconds:.1f} | {counts.created:,} | {counts.unchanged:,} |", flush=True)
    mine, theirs = (
        resource.getrusage(who).ru_maxrss >> 10
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"\nReach: {REACH} s. Memory: worker {mine} MiB, the largest of its programs {theirs} MiB."
    )


async def once(
    database: Database, folder: ImportFolder, person: Person, file: Path, *, dry_run: bool
) -> Import:
    new = NewImport(
        id=ids.new(),
        merchant_id=next(iter(person.merchant_ids)),
        key=ids.digest(ids.secret()),
        request=b"",
        format="shopify",
        currency="GBP",
        file_name=file.name,
        dry_run=dry_run,
    )

    async def pieces() -> AsyncIterator[bytes]:
        yield await asyncio.to_thread(file.read_bytes)

    await folder.store(new.id, pieces())
    async with database.session() as session:
        await service.add_import(session, person=person, new=new)
    await tasks.run_imports(database, folder=folder, outbound=Outbound())
    async with database.session() as session:
        done = await queries.get_import(session, new.id)
    assert done is not None
    return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(arguments.rows, Path(folder)))


if __name__ == "__main__":
    main()
