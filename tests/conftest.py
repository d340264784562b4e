"""One PostgreSQL a run, one migrated template, one database a test: real, fast, in parallel."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.identity.service import passwords
from showfloor.kit.db import Database
from tests.compiled import share_compiled_statements
from tests.connections import keep_connections
from tests.databases import TEMPLATE, Databases
from tests.waiting import BOUND

# The same examples on every machine and in every run, however long one takes.
settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

# Each person of a test has a password, and the product's cost of hashing it is a quarter of a
# second of a core (tests/unit/identity/test_passwords.py looks at the product's own).
PRODUCT_PASSWORDS, PRODUCT_NOBODY = passwords._passwords, passwords.NOBODY
passwords._passwords = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
passwords.NOBODY = passwords._passwords.hash("nobody")

# What the developer's shell says to their own installation and to PostgreSQL's clients is not meant
# for tests; a real account of Stripe's is (provider_conformance/worlds.py).
for name in list(os.environ):
    if name.startswith(("SHOWFLOOR_", "PG")) and not name.startswith("SHOWFLOOR_TRY_"):
        del os.environ[name]

share_compiled_statements()
keep_connections()

# Tests lose nothing that matters when the power goes.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The server, shared by all workers of the run; the last one out leaves it to
    `pytest_sessionfinish`.
    """
    root = _shared_folder(tmp_path_factory)
    server = EmbeddedPostgres(root / "pg", FAST)
    server.start()
    with (root / "template.lock").open("w") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "template.ready").exists():
            upgrade_now(server.create_database(TEMPLATE))
            (root / "template.ready").touch()
    yield server
    if "PYTEST_XDIST_WORKER" not in os.environ:
        server.stop()


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to end cleans up as after Ctrl-C."""
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The controller of a parallel run ends the server its workers shared."""
    if (
        not hasattr(session.config, "workerinput")
        and (factory := getattr(session.config, "_tmp_path_factory", None)) is not None
    ):
        server = EmbeddedPostgres(factory.getbasetemp() / "pg", FAST)
        if server.folder.exists():
            server.stop()


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Iterator[Databases]:
    databases = Databases(postgres)
    yield databases
    databases.close()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, databases: Databases) -> Iterator[str]:
    """Of an empty database that no other test uses at the same time."""
    name = databases.borrow()
    yield postgres.url(name)
    databases.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """As the product opens it, but whoever waits for a lock waits until the test lets it go on."""
    database = Database(database_url, lock_timeout=f"{BOUND}s")
    await database.open()
    yield database
    await database.close()


def pytest_collection_finish() -> None:
    """Tests and modules live to the end of the run: no look for garbage goes through them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, after the order was drawn: one that begins last holds a core for itself
    while the others have nothing left to do.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


LONGEST = 600
"""Seconds a test may take; one that hangs fails and says where, instead of holding up all others.
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError(f"{item.nodeid} took more than {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
