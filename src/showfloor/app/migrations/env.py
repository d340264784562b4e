"""Alembic's environment: inside a connection of `showfloor.app.migrate`, or on its own for
`scripts/migration`.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from showfloor.app.migrate import import_models
from showfloor.kit.db import Base

import_models()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    with create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1)).connect() as own:
        run(own)
