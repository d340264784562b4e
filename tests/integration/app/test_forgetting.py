"""What is kept for a while goes afterwards, a batch at a time, each table by a job of its own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from showfloor.app import periodic
from showfloor.kit import db
from showfloor.kit.db import Database
from showfloor.media.service import forget_old_refusals
from showfloor.realtime import queries as realtime
from showfloor.replays.adapters.disk import DiskStorage

PLANT = """
insert into idempotent_answer (scope, key, request, at) select 's', n::text::bytea, '', {at}
  from generate_series({first}, {last}) n;
insert into outbox_event (kind, payload, at, done_at) select 'k', '{{}}', {at}, {at}
  from generate_series({first}, {last}) n;
insert into publish_refusal (show_id, at, code) select gen_random_uuid(), {at}, 'c'
  from generate_series({first}, {last}) n;
insert into payment_callback (provider, event_id, at) select 'test', n::text, {at}
  from generate_series({first}, {last}) n;
insert into person (id, email, name, password_hash, declared_adult_at, created_at)
  values (gen_random_uuid(), 'p{first}@example.com', '', '', {at}, {at});
insert into sign_in_session (token_digest, person_id, created_at, expires_at)
  select n::text::bytea, (select id from person limit 1), {at}, {at} from generate_series({first},
    {last}) n;
insert into room (id) values ('00000000-0000-0000-0000-00000000000{first}');
insert into room_event (room_id, seq, at, key)
  select '00000000-0000-0000-0000-00000000000{first}', n, {at}, 'k' from generate_series({first},
    {last}) n;
insert into hold (id, kind, market, scope, guest, key, request, currency, total, expires_at,
    created_at)
  select gen_random_uuid(), 'show', 'gb', gen_random_uuid(), '', n::text::bytea, '', 'GBP', 1, {at},
    {at} from generate_series({first}, {last}) n;
"""
KEPT = (
    "idempotent_answer",
    "outbox_event",
    "publish_refusal",
    "payment_callback",
    "sign_in_session",
    "room_event",
    "hold",
)


@pytest.fixture
def piled_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Five rows of everything that are very old, and two that are not."""
    for module in (db, realtime):
        monkeypatch.setattr(module, "BATCH", 2)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for at, first, last in (
            ("now() - interval '40 days'", 1, 5),
            ("now() + interval '1 minute'", 6, 7),
        ):
            connection.execute(PLANT.format(at=at, first=first, last=last))
    return database_url


def _left(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(f"select count(*) from {table}").fetchone()[0]
            for table in KEPT
        }  # type: ignore[index, arg-type] # a count has a row


async def test_old_rows_go_and_new_ones_stay(
    database: Database, piled_up: str, tmp_path: Path
) -> None:
    jobs = [
        job
        for job in periodic.periodic_jobs({}, DiskStorage(tmp_path), hold_seconds=300)
        if job.name.startswith("forget old")
    ]

    for job in jobs:
        await job.run(database)

    assert _left(piled_up) == dict.fromkeys(KEPT, 2)


async def test_transaction_removes_no_more_than_a_batch(database: Database, piled_up: str) -> None:
    async with database.session() as session:
        assert await forget_old_refusals(session) == 2

    assert _left(piled_up)["publish_refusal"] == 5


async def test_clean_up_that_fails_leaves_the_others_to_do_theirs(
    database: Database, piled_up: str, tmp_path: Path
) -> None:
    jobs = [
        job
        for job in periodic.periodic_jobs({}, DiskStorage(tmp_path), hold_seconds=300)
        if job.name.startswith("forget old")
    ]
    with psycopg.connect(piled_up, autocommit=True) as connection:
        connection.execute(
            "create function refuse() returns trigger language plpgsql as $$ begin raise "
            "exception 'no'; end $$"
        )
        connection.execute(
            "create trigger refuse before delete on outbox_event for each row execute "
            "function refuse()"
        )

    failed = []
    for job in jobs:
        try:
            await job.run(database)
        except Exception:  # what the worker does
            failed.append(job.name)

    assert failed == ["forget old events"]
    assert _left(piled_up) == {**dict.fromkeys(KEPT, 2), "outbox_event": 7}
