"""The migrations make what the models say, no more and no less."""

from __future__ import annotations

import runpy
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine

from showfloor.app import migrate
from showfloor.app.migrate import import_models
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.kit import ids
from showfloor.kit.db import Base
from tests.databases import TEMPLATE


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


def test_shelves_from_before_are_numbered_in_their_order(postgres: EmbeddedPostgres) -> None:
    (file,) = (migrate.MIGRATIONS / "versions").glob("*_item_numbers.py")
    shows, products = [ids.new() for _ in range(2)], [ids.new() for _ in range(3)]
    with database_of(postgres, TEMPLATE) as url:
        with psycopg.connect(url) as connection:
            connection.execute("alter table show_product drop column item_number")
            connection.execute("alter table show drop column last_item_number")
            connection.execute("alter table chat_settings drop column buy_by_comment")
            for show in shows:
                connection.execute(
                    "insert into show (id, slug, title, state, market, currency, host_creator_id,"
                    " cue_offset_ms) values (%s, %s, '{}', 'live', 'gb', 'GBP', %s, 0)",
                    [show, show.hex, show],
                )
            # Places from before the shelf could be arranged have gaps.
            for product, place in zip(products, (5, 1, 3), strict=True):
                connection.execute(
                    "insert into show_product (show_id, product_id, position) values (%s, %s, %s)",
                    [shows[0], product, place],
                )
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with (
            engine.begin() as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            runpy.run_path(str(file))["upgrade"]()
        engine.dispose()

        assert _difference(url) == []
        with psycopg.connect(url) as connection:
            numbers = dict(
                connection.execute("select product_id, item_number from show_product").fetchall()
            )
            last = dict(connection.execute("select id, last_item_number from show").fetchall())
    assert [numbers[product] for product in products] == [3, 1, 2]
    assert [last[show] for show in shows] == [3, 0]
