"""The same product on somebody else's PostgreSQL: Debian's 15, by its URL, without the embedded
one's comforts.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from showfloor.app.backup import back_up, restore
from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import as_unprivileged
from showfloor.app.settings import Settings
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.markets.types import SalesContext
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.stock import service as stock
from showfloor.stock.errors import SoldOut
from showfloor.stock.types import Caller, Line
from tests.people import FakeStreaming, add_floor, put_on_air
from tests.waiting import BOUND, until_blocking

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
pytestmark = pytest.mark.skipif(
    not FOUND and os.environ.get("CI") != "true",
    reason="not run: no system PostgreSQL (Debian: postgresql)",
)


@pytest.fixture
def managed_url(tmp_path: Path) -> Iterator[str]:
    assert FOUND, "CI installs PostgreSQL (scripts/setup)"
    programs, data, run = FOUND[0].parent, tmp_path / "data", tmp_path / "run"
    run.mkdir(mode=0o700)
    prefix = as_unprivileged()
    subprocess.run(
        [
            *prefix,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "owner",
            "--auth=trust",
            "--encoding=UTF8",
        ],
        check=True,
        capture_output=True,
    )
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={run}", "-c", "fsync=off"]
    server = subprocess.Popen(
        [*prefix, programs / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until_blocking(
        lambda: (
            server.poll() is not None
            or (
                (run / ".s.PGSQL.5432").exists()
                and "ready" in (data / "postmaster.pid").read_text()
            )
        )
    )
    assert server.poll() is None
    yield f"postgresql://owner@/postgres?host={run}"
    server.send_signal(
        signal.SIGINT
    )  # fast shutdown: does not wait for connections of a test that failed
    server.wait(BOUND)


async def test_a_show_sells_out_on_a_managed_server(managed_url: str) -> None:
    upgrade_now(managed_url)
    upgrade_now(managed_url)
    database = Database(managed_url)
    await database.open()
    async with database.session() as session:
        floor = await add_floor(session)
        await put_on_air(session, floor)
        await shows.pin(
            session,
            moment=FakeStreaming().now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )
    variant = floor.products[0].variants[0]
    batcher = stock.HoldBatcher(database)
    line = Line(variant_id=variant.id, sku=variant.sku, quantity=10, unit_price=Money(2500, "GBP"))

    async def reserve(key: str) -> None:
        await stock.reserve(
            batcher,
            context=SalesContext.in_show(floor.show.id, "gb"),
            caller=Caller(),
            key=key,
            request=b"r",
            lines=[line],
            seconds=60,
        )

    await reserve("first" * 4)
    with pytest.raises(SoldOut):
        await reserve("other" * 4)

    async with database.session() as session:
        assert (await stock.stock_of(session, [variant.id]))[variant.id].available == 0
        assert "show" in (await realtime.snapshot(session, floor.show.id)).entries
    await database.close()


async def test_backup_of_a_managed_server_is_restored_into_it(
    managed_url: str, tmp_path: Path
) -> None:
    """The programs that we carry are newer than the server."""
    upgrade_now(managed_url)
    database = Database(managed_url)
    async with database.session() as session:
        await add_floor(session)
    await database.close()
    with psycopg.connect(managed_url, autocommit=True) as connection:
        connection.execute("create database second")
    old = Settings(mode="test", data=tmp_path / "old", database_url=managed_url)
    second = managed_url.replace("/postgres?", "/second?")

    back_up(old, tmp_path / "backup")
    restore(Settings(mode="test", data=tmp_path / "new", database_url=second), tmp_path / "backup")

    with psycopg.connect(second) as connection:
        assert connection.execute("select count(*) > 0 from product").fetchone() == (True,)
