"""The migrations make what the models say, no more and no less."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from showfloor.app import migrate
from showfloor.app.migrate import import_models
from showfloor.kit.db import Base


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


def test_folder_of_the_program_may_have_any_name(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "100% live" / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)

    migrate.upgrade_now(database_url)

    assert _difference(database_url) == []


def test_the_comparison_finds_a_column_that_the_models_lack(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("alter table orders add column forgotten text")

    assert [change[0] for change in _difference(database_url)] == ["remove_column"]
