"""Six children are refused at every door of the real application, and nothing of them stands in any
byte that the installation keeps. With the gate taken out, the same search finds them.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from showfloor.app import scan as scanning
from showfloor.app.asgi import create_app
from showfloor.app.backup import back_up
from showfloor.app.drill import AGES, play
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.app.scan import Report, scan
from showfloor.app.settings import Settings
from showfloor.identity.service import Gate
from showfloor.identity.types import Admission, AgeAnswer, CollectionPoint
from showfloor.kit import clock
from tests.people import FakeStreaming, add_floor_on_air

BASE = "http://shop.localhost:8000"
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of the test's own in the place of everybody's, where other installations of this
    machine keep theirs. Its path is short: a socket may have to stand in it. pytest has made its
    own folder before (`tmp_path`), which stays where it is.
    """
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture
async def shop(
    tmp_path: Path, new_server: Path
) -> AsyncIterator[tuple[Settings, httpx2.AsyncClient]]:
    """An installation with a database, a log and a folder of its own, and a show on the air."""
    server = EmbeddedPostgres(tmp_path / "data" / "postgres")
    server.folder.parent.mkdir()
    subprocess.run(["cp", "-a", new_server, server.folder], check=True)
    url = server.start()
    own = Settings(
        mode="test",
        data=tmp_path / "data",
        database_url=url,
        base_url=BASE,
        secret="s" * 32,
        internal_token="t" * 32,
    )
    app = create_app(own)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    async with app.state.database.session() as session:
        await add_floor_on_air(session)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as client:
        yield own.model_copy(update={"database_url": ""}), client
    await app.state.gate.gate.save_counts(app.state.database)
    await app.state.database.close()
    server.stop()


def _after_the_insert(_gate: Gate, point: CollectionPoint, _answer: AgeAnswer) -> Admission:
    """Nobody is asked before the row is written."""
    return Admission(point, clock.now())


@guarded
async def test_nothing_of_a_refused_child_stands_anywhere(
    shop: tuple[Settings, httpx2.AsyncClient], monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    settings, client = shop
    if not guard:
        monkeypatch.setattr(Gate, "admit", _after_the_insert)

    played = await play(client, clock.now().date())
    report = scan(settings, [*played.children, *played.adult])

    # An address that was taken here is encrypted, so no search finds it: its row would be there.
    asked_for_mail = await _count(client, "viewer_sign_in")
    said = await _count(client, "chat_message")
    of_children = {hit.hit.canary for hit in report.found if hit.hit.canary < len(played.children)}
    of_adult = [hit for hit in report.found if hit.hit.canary >= len(played.children)]
    assert of_adult, "a search that does not find the adult proves nothing"
    assert report.unread == ()
    if guard:
        assert of_children == set() and played.let_in == []
        assert asked_for_mail == said == 0
        assert played.knocks == len(AGES) * 29
    else:
        # Of each of the six: their row was written over, and given back with the hold.
        of_one = len(played.children) // len(AGES)
        assert {canary // of_one for canary in of_children} == set(range(len(AGES)))
        assert played.let_in
        assert asked_for_mail >= len(AGES) and said >= len(AGES)


async def _count(client: httpx2.AsyncClient, table: str) -> int:
    transport = client._transport
    assert isinstance(transport, httpx2.ASGITransport) and isinstance(transport.app, FastAPI)
    async with transport.app.state.database.session() as session:
        found = await session.execute(text(f"select count(*) from {table}"))
        return int(found.scalar_one())


async def test_row_that_was_rolled_back_is_found_in_the_log_that_was_written_ahead(
    shop: tuple[Settings, httpx2.AsyncClient],
) -> None:
    """Also where only the compressed image of its page is left of it."""
    settings, _ = shop
    canary = "canary-q7Zx3vBn81LpW"
    with psycopg.connect(EmbeddedPostgres(settings.data / "postgres").url()) as connection:
        connection.execute("create table typed (name text)")
        connection.commit()
        connection.execute("insert into typed values (%s)", (canary,))
        connection.rollback()

    stores = {found.store for found in scan(settings, [canary]).found}

    assert any("pg_wal" in store or "/pages/" in store for store in stores)
    assert any("/base/" in store for store in stores)


def test_everything_that_is_named_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of a file, a border between two pieces, a folder beside the installation, our own
    temporary files.
    """
    monkeypatch.setattr(scanning, "PIECE", 1024 * 1024)
    settings = Settings(mode="test", data=tmp_path / "data")
    (tmp_path / "data").mkdir()
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "of-canary-one.txt").write_text("nothing")
    left = Path(tempfile.gettempdir(), "showfloor-left")
    left.mkdir()
    (left / "draft").write_text("canary-four")
    border = bytes(scanning.PIECE - 5) + b"canary-two" + bytes(10)
    (tmp_path / "data" / "large").write_bytes(border)

    report = scan(settings, ["canary-one", "canary-two", "canary-three", "canary-four"], [backups])

    assert {found.hit.canary for found in report.found} == {0, 1, 3}
    assert report.unread == ("the database: PostgreSQL is not running",)
    assert report.bytes_read >= len(border)


def test_packed_file_is_followed_beyond_the_piece_in_which_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "PIECE", 1024 * 1024)
    monkeypatch.setattr(scanning, "PART", 256 * 1024)
    packed = gzip.compress(os.urandom(3 * 1024 * 1024).hex().encode() + b"canary-one", 1)
    (tmp_path / "log.gz").write_bytes(bytes(scanning.PIECE - 1) + packed)

    found = scan(Settings(mode="test", data=tmp_path), ["canary-one"]).found

    assert [(one.hit.form, one.hit.offset) for one in found] == [
        ("plain in gzip", scanning.PIECE - 1)
    ]


@guarded
async def test_dump_of_the_database_is_looked_into(
    shop: tuple[Settings, httpx2.AsyncClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Its own format cuts what is packed into blocks, so that no other unpacking reads it."""
    settings, _ = shop
    canary, url = "canary-q7Zx3vBn81LpW", EmbeddedPostgres(settings.data / "postgres").url()
    if not guard:
        monkeypatch.setattr(scanning, "DUMP", b"no dump begins so")
    with psycopg.connect(url) as connection:
        connection.execute(
            "create table typed as select gen_random_uuid()::text as name"
            " from generate_series(1, 20000)"
        )
        connection.execute("insert into typed values (%s)", (canary,))
    back_up(settings, tmp_path / "backup")

    report = Report([])
    scanning.read_files([tmp_path / "backup"], [canary], report)

    assert bool(report.found) is guard and report.unread == ()


def test_broken_dump_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.dump").write_bytes(scanning.DUMP + bytes(100))

    report = scan(Settings(mode="test", data=tmp_path), ["a-canary"])

    assert f"what is packed in {tmp_path / 'broken.dump'}" in report.unread


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    unreadable = Path("/proc/self/mem")  # its first byte is nobody's, not even root's

    report = scan(Settings(mode="test", data=tmp_path), ["a-canary"], [unreadable])

    assert str(unreadable) in report.unread
