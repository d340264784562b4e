"""Bring a database to the newest shape."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

from sqlalchemy.ext.asyncio import create_async_engine

import showfloor
from showfloor.kit.db import Base


async def upgrade(url: str) -> None:
    import_models()
    engine = create_async_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


def import_models() -> None:
    """Every module's tables, so that the metadata is whole."""
    for module in pkgutil.iter_modules(showfloor.__path__):
        if importlib.util.find_spec(f"showfloor.{module.name}.models"):
            importlib.import_module(f"showfloor.{module.name}.models")
    importlib.import_module("showfloor.kit.outbox")
    importlib.import_module("showfloor.kit.idempotency")
