"""The worker: hands events to subscribers and runs the periodic jobs that `periodic` lists.

Each job runs when there is something for it to do: a commit somewhere woke it, or the moment has
come that its last run named. A slow poll finds what a lost hint left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from datetime import datetime

import structlog

from showfloor.app import periodic, wiring
from showfloor.app.rehearsing.rehearsals import Rehearsals
from showfloor.app.settings import Settings
from showfloor.kit import clock, jobs, notify
from showfloor.kit.db import Database
from showfloor.kit.errors import Busy
from showfloor.kit.jobs import Job
from showfloor.kit.outbox import OUTBOX, Dispatcher
from showfloor.shows.service import REHEARSALS

log = structlog.get_logger()
NET = 10.0
"""Seconds between looks at an outbox of which nothing was heard."""
SHORTEST_PAUSE = 0.25
"""Seconds, also when something is due that cannot be had yet: a row that somebody has locked."""
UNKNOWN = -1
"""Attempts before the first run: a failure of an earlier process may still be noted."""


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    database = Database(settings.database_url, size=5, pool_size=2)
    await database.open()
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher, wiring.fees(settings))
    providers = wiring.payment_providers(settings)
    storage = wiring.recordings(settings)
    everything = [
        outbox_job(dispatcher),
        *periodic.periodic_jobs(providers, storage, hold_seconds=settings.hold_seconds),
        *periodic.storage_jobs(settings, storage),
        *periodic.mail_jobs(settings),
        *periodic.import_jobs(settings),
        *periodic.webhook_jobs(settings),
        *periodic.privacy_jobs(settings),
        *periodic.ledger_jobs(settings),
    ]
    rehearsals = Rehearsals(settings, storage)
    everything.append(Job("rehearse", 10.0, rehearsals.run, wakes=REHEARSALS))
    runner = Runner(database, everything)
    tasks = [
        asyncio.create_task(runner.run()),
        asyncio.create_task(notify.listen(settings.database_url, notify.JOBS, runner.wake)),
    ]
    async with wiring.background(settings):
        await _until_told_to_stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await rehearsals.close()
    for provider in providers.values():
        await provider.close()
    await database.close()


def outbox_job(dispatcher: Dispatcher) -> Job:
    async def drain(_database: Database) -> datetime | None:
        while await dispatcher.drain():
            pass
        return await dispatcher.next_due()

    return Job(OUTBOX, NET, drain, wakes=OUTBOX)


class Runner:
    """Runs jobs side by side. One that fails is logged and tried again, later each time, and never
    takes the others with it.
    """

    def __init__(self, database: Database, some: Iterable[Job]) -> None:
        self._database = database
        self._woken = {job.name: (job, asyncio.Event()) for job in some}

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for job, woken in self._woken.values():
                group.create_task(self._forever(job, woken))

    def wake(self, names: str) -> None:
        """Run the jobs that wait for these names now; an empty text is every name."""
        for job, woken in self._woken.values():
            if job.wakes and (not names or job.wakes in names.split(",")):
                woken.set()

    async def _forever(self, job: Job, woken: asyncio.Event) -> None:
        attempts = UNKNOWN
        while True:
            woken.clear()
            try:
                due = await job.run(self._database)
                if attempts != 0:
                    await jobs.note_success(self._database, job.name)
                attempts = 0
                await _until(woken, _pause(job, due))
            except Busy:
                # The database is away or locked: no fault of the job, and no word about it is new.
                log.warning("job has to wait for the database", job=job.name)
                await asyncio.sleep(jobs.FIRST_PAUSE)
            except Exception as error:  # a job must survive whatever its last run met
                attempts = max(attempts, 0) + 1
                log.warning("job failed", job=job.name, attempts=attempts, exc_info=error)
                await self._note(job, attempts, error)
                await asyncio.sleep(jobs.pause_after(attempts))

    async def _note(self, job: Job, attempts: int, error: Exception) -> None:
        try:
            await jobs.note_failure(self._database, job.name, attempts, error)
        except Exception as unwritten:  # the log has it; the job itself matters more
            log.warning("failure was not noted", job=job.name, exc_info=unwritten)


def _pause(job: Job, due: datetime | None) -> float:
    """Seconds until the job has to run again if nobody wakes it."""
    if due is None:
        return job.every
    return min(max((due - clock.now()).total_seconds(), SHORTEST_PAUSE), job.every)


async def _until(woken: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    await stop.wait()
