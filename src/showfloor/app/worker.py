"""The worker: hands events to subscribers and runs the periodic jobs that `wiring` lists."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from showfloor.app import wiring
from showfloor.app.settings import Settings
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher

log = structlog.get_logger()
DRAIN_EVERY = 0.1
"""Seconds between looks at an empty outbox."""
AFTER_FAILURE = 1.0


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    database = Database(settings.database_url, size=5, pool_size=2)
    await database.open()
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)
    providers = wiring.payment_providers(settings)
    jobs = [asyncio.create_task(_forever("outbox", DRAIN_EVERY, partial(_drain, dispatcher)))]
    for job in wiring.periodic_jobs(providers):
        jobs.append(asyncio.create_task(_forever(job.name, job.every, partial(job.run, database))))
    async with wiring.background(settings):
        await _until_told_to_stop()
    for task in jobs:
        task.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    for provider in providers.values():
        await provider.close()
    await database.close()


async def _drain(dispatcher: Dispatcher) -> None:
    while await dispatcher.drain():
        pass


async def _forever(name: str, every: float, run: Callable[[], Awaitable[object]]) -> None:
    """A job that fails is logged and tried again; it never takes the others with it."""
    while True:
        try:
            await run()
            await asyncio.sleep(every)
        except Exception as error:  # a job must survive whatever its last run met
            log.warning("job failed", job=name, error=type(error).__name__)
            await asyncio.sleep(AFTER_FAILURE)


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    await stop.wait()
