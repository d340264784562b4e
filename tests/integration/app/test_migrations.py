"""The migrations make what the models say, no more and no less."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from showfloor.app import migrate
from showfloor.app.migrate import import_models
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.kit import ids
from showfloor.kit.db import Base
from tests.databases import TEMPLATE
from tests.waiting import BOUND


def _difference(url: str) -> list[Any]:
    import_models()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    return found


def test_migrations_make_the_schema_of_the_models(database_url: str) -> None:
    assert _difference(database_url) == []


@contextmanager
def database_of(postgres: EmbeddedPostgres, template: str | None) -> Iterator[str]:
    """The URL of one that nobody else borrows."""
    name = f"e_{secrets.token_hex(6)}"
    url = postgres.create_database(name, template)
    try:
        yield url
    finally:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            drop = psycopg.sql.SQL("drop database {} with (force)")
            connection.execute(drop.format(psycopg.sql.Identifier(name)))


def test_folder_of_the_program_may_have_any_name(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "100% live" / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)

    with database_of(postgres, None) as empty:
        migrate.upgrade_now(empty)

        assert _difference(empty) == []


@pytest.mark.parametrize(("newest", "asked_for"), [(True, []), (False, ["head"])])
def test_alembic_is_asked_where_there_is_something_to_do(
    postgres: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
    newest: bool,
    asked_for: list[str],
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(command, "upgrade", lambda config, revision: asked.append(revision))

    with database_of(postgres, TEMPLATE) as url:
        if not newest:
            with psycopg.connect(url) as connection:
                connection.execute("update alembic_version set version_num = '0001'")
        migrate.upgrade_now(url)

    assert asked == asked_for


def test_the_comparison_finds_a_column_that_the_models_lack(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table orders add column forgotten text")

    assert [change[0] for change in _difference(database_url)] == ["remove_column"]


@dataclass
class Shelves:
    """A database from before products had numbers: a show with three of them, and one without."""

    url: str
    shows: tuple[UUID, UUID]
    products: list[UUID]

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def add(self, product: UUID, place: int) -> None:
        """As the version before does."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "insert into show_product (show_id, product_id, position) values (%s, %s, %s)"
                " on conflict do nothing",
                [self.shows[0], product, place],
            )

    def numbers(self) -> tuple[list[int], list[int]]:
        """Of the products, and the last one of each show."""
        with psycopg.connect(self.url) as connection:
            found = dict(
                connection.execute("select product_id, item_number from show_product").fetchall()
            )
            last = dict(connection.execute("select id, last_item_number from show").fetchall())
        return [found[each] for each in self.products], [last[show] for show in self.shows]


@pytest.fixture
def upgrade_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """As an older version of the program upgrades: it has no migration after this one."""

    def upgrade(url: str, revision: str) -> None:
        def newer(_: str, names: list[str]) -> list[str]:
            return [name for name in names if name[:4].isdigit() and name[:4] > revision]

        folder = tmp_path / revision
        shutil.copytree(migrate.MIGRATIONS, folder, ignore=newer)
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "MIGRATIONS", folder)
            migrate.upgrade_now(url)

    return upgrade


@pytest.fixture
def shelves(
    postgres: EmbeddedPostgres, upgrade_to: Callable[[str, str], None]
) -> Iterator[Shelves]:
    with database_of(postgres, None) as url:
        upgrade_to(url, "0065")
        made = Shelves(url, (ids.new(), ids.new()), [ids.new() for _ in range(3)])
        with psycopg.connect(url) as connection:
            for show in made.shows:
                connection.execute(
                    "insert into show (id, slug, title, state, market, currency, host_creator_id,"
                    " cue_offset_ms) values (%s, %s, '{}', 'live', 'gb', 'GBP', %s, 0)",
                    [show, show.hex, show],
                )
        # Places from before the shelf could be arranged have gaps.
        for product, place in zip(made.products, (5, 1, 3), strict=True):
            made.add(product, place)
        yield made


def test_shelves_from_before_are_numbered_in_their_order(shelves: Shelves) -> None:
    migrate.upgrade_now(shelves.url)

    assert _difference(shelves.url) == []
    assert shelves.numbers() == ([3, 1, 2], [3, 0])


@pytest.mark.parametrize("trigger", [True, False], ids=["guarded", "twin"])
def test_process_of_the_version_before_adds_a_product_all_the_same(
    shelves: Shelves, trigger: bool
) -> None:
    migrate.upgrade_now(shelves.url)
    if not trigger:
        shelves.run("drop trigger show_product_numbered on show_product")
    fourth = ids.new()

    if trigger:
        shelves.add(fourth, 9)
        shelves.products.append(fourth)
        assert shelves.numbers() == ([3, 1, 2, 4], [4, 0])
    else:
        with pytest.raises(psycopg.errors.NotNullViolation):
            shelves.add(fourth, 9)


def test_numbering_that_was_interrupted_goes_on(
    shelves: Shelves, upgrade_to: Callable[[str, str], None]
) -> None:
    upgrade_to(shelves.url, "0066")
    unique = "uq_show_product_show_id_item_number"
    shelves.run(
        f"alter table show_product drop constraint {unique}",
        "alter table show_product alter column item_number drop not null",
        "update show_product set item_number = null",
        "update show set last_item_number = 0",
        # What a build that was broken off leaves has its name, and is not unique.
        f"create index {unique} on show_product (show_id)",
        "update alembic_version set version_num = '0065'",
    )
    fourth = ids.new()
    shelves.add(fourth, 9)
    shelves.products.append(fourth)

    migrate.upgrade_now(shelves.url)

    assert _difference(shelves.url) == []
    assert shelves.numbers() == ([3, 1, 2, 4], [4, 0])


def test_processes_that_start_at_once_upgrade_once(shelves: Shelves) -> None:
    with ThreadPoolExecutor() as pool:
        started = [pool.submit(migrate.upgrade_now, shelves.url) for _ in range(3)]
        assert [each.result(BOUND) for each in started] == [None] * 3

    assert _difference(shelves.url) == []
    assert shelves.numbers() == ([3, 1, 2], [3, 0])
