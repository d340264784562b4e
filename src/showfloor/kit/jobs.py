"""What the worker remembers of a periodic job that fails: a row until it succeeds again, for the
operator to read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit import clock
from showfloor.kit.db import Base, Database, Session
from showfloor.kit.errors import where_raised

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds after a failure, doubling: a job that keeps failing must not fill the log, and has to run
soon after its cause is gone.
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job of the worker.

    `run` may answer when there is something to do next. The worker runs it again then, when it is
    woken by one of the `wakes` (`kit.notify.wake`), and after `every` seconds at the latest.
    """

    name: str
    every: float
    run: Callable[[Database], Awaitable[datetime | None]]
    wakes: str | None = None


class JobFailure(Base):
    __tablename__ = "job_failure"
    name: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    """Failures in a row."""
    failed_at: Mapped[datetime]
    error: Mapped[str]


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


async def note_failure(database: Database, name: str, attempts: int, error: Exception) -> None:
    values = {"attempts": attempts, "failed_at": clock.now(), "error": where_raised(error)}
    async with database.session() as session:
        await session.execute(
            insert(JobFailure)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
        )


async def note_success(database: Database, name: str) -> None:
    """Delete the failure that was noted."""
    async with database.session() as session:
        await session.execute(delete(JobFailure).where(JobFailure.name == name))


@dataclass(frozen=True, slots=True)
class Failing:
    """A job that failed the last time it ran."""

    name: str
    attempts: int
    failed_at: datetime
    error: str


async def list_failing(session: Session) -> list[Failing]:
    rows = (await session.execute(select(JobFailure).order_by(JobFailure.name))).scalars()
    return [Failing(row.name, row.attempts, row.failed_at, row.error) for row in rows]


async def is_failing(session: Session, name: str) -> bool:
    """Whether this job failed the last time it ran."""
    return await session.get(JobFailure, name) is not None
