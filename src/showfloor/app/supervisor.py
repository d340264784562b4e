"""Runs every process of one machine: PostgreSQL, web, streaming, rtc, fanout, worker, and what the
demo adds.

One crash restarts that process and nothing else. `showfloor serve` and `showfloor demo` are this;
on several machines each process is started alone (`showfloor web`, …) by the machine's own
supervisor.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

import httpx2
import structlog

from showfloor.app.failures import CommandFailed
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.app.processes import Child
from showfloor.app.settings import Settings
from showfloor.kit import clock
from showfloor.kit.network import tls_context

log = structlog.get_logger()
FANOUT_ROLE = "showfloor_fanout"
"""Made with each upgrade; may only SELECT what rooms show."""
ROOMS_URL = "SHOWFLOOR_ROOMS_DATABASE_URL"
PAYMENT_SECRETS = frozenset({"SHOWFLOOR_STRIPE_SECRET_KEY", "SHOWFLOOR_STRIPE_WEBHOOK_SECRETS"})
HIDDEN = {
    "streaming": PAYMENT_SECRETS | {"SHOWFLOOR_DATABASE_URL", ROOMS_URL, "SHOWFLOOR_SECRET"},
    "fanout": PAYMENT_SECRETS | {"SHOWFLOOR_SECRET", "SHOWFLOOR_INTERNAL_TOKEN"},
    "mailbox": PAYMENT_SECRETS
    | {"SHOWFLOOR_DATABASE_URL", ROOMS_URL, "SHOWFLOOR_SECRET", "SHOWFLOOR_INTERNAL_TOKEN"},
    "rtc": PAYMENT_SECRETS
    | {"SHOWFLOOR_DATABASE_URL", ROOMS_URL, "SHOWFLOOR_SECRET", "SHOWFLOOR_INTERNAL_TOKEN"},
}
"""What a process does not get to know: those that parse bytes of strangers hold no credentials.
"""
AFTER_FAILURE = 2.0
LOOK_EVERY = 0.2
"""Seconds between looks at PostgreSQL, whose postmaster is not our child when an earlier run
started it.
"""


class NotReady(CommandFailed):
    """A process did not come up in time; its log says why."""


class Supervisor:
    """Owns the children. `environment` is what every one of them gets on top of ours."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.environment = dict(environment)
        self.postgres = (
            None if settings.database_url else EmbeddedPostgres(settings.data / "postgres")
        )
        self._tasks: list[asyncio.Task[None]] = []
        self.children: dict[str, Child] = {}

    async def start_database(self) -> str:
        """The URL of a running, migrated database."""
        url = self.settings.database_url
        if self.postgres is not None:
            url = await asyncio.to_thread(self.postgres.start)
            self.environment[ROOMS_URL] = self.postgres.url(user=FANOUT_ROLE)
            self._tasks.append(asyncio.create_task(self._keep_postgres(self.postgres)))
        await asyncio.to_thread(_upgrade, url)
        self.environment["SHOWFLOOR_DATABASE_URL"] = url
        return url

    async def start_servers(self) -> None:
        """Web, streaming, rtc, fanout and worker; returns when all that listen answer. Raises
        NotReady.
        """
        for name in ("streaming", "fanout", "web", "worker", "rtc"):
            if name not in self.children:
                self.start(name, [name])
        settings = self.settings
        for name, url in (
            ("web", settings.internal_web),
            ("streaming", settings.internal_media),
            ("fanout", settings.internal_rooms),
            ("rtc", settings.internal_rtc),
        ):
            await self.wait_for(name, f"{url}/healthz")

    def start(self, name: str, arguments: list[str]) -> None:
        """One more process of our own program."""
        child = self._child(name, arguments)
        self.children[name] = child
        self._tasks.append(asyncio.create_task(child.keep_running()))

    def start_once(self, name: str, arguments: list[str]) -> None:
        """A program that does its work and ends; it is ended with us."""
        child = self._child(name, arguments)
        self._tasks.append(asyncio.create_task(child.run_to_its_end()))

    def _child(self, name: str, arguments: list[str]) -> Child:
        command = [sys.executable, "-m", "showfloor", *arguments]
        hidden = hidden_from(name, {**os.environ, **self.environment})
        return Child(name, command, self.environment, self.settings.data / "logs", hidden=hidden)

    async def wait_for(self, name: str, url: str, patience: float = 90) -> None:
        """Until the URL answers 200, for `patience` seconds at most. Raises NotReady."""
        end = clock.monotonic() + patience
        async with httpx2.AsyncClient(timeout=2, verify=tls_context(), trust_env=False) as client:
            while clock.monotonic() < end:
                # A stranger on our port answers too; then our own process cannot stay up.
                if await _answers(client, url) and (
                    name not in self.children or self.children[name].is_up
                ):
                    return
                await asyncio.sleep(0.03)
        raise NotReady(f"{name} does not answer; see {self.settings.data / 'logs' / f'{name}.log'}")

    async def stop(self) -> None:
        """Servers first, the database last."""
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.stop)

    async def _keep_postgres(self, postgres: EmbeddedPostgres) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if postgres.pid() is None:
                log.warning("process ended, starting it again", name="postgres")
                try:
                    await asyncio.to_thread(postgres.start)
                except (
                    Exception
                ) as error:  # whatever it is (a full disk, a lock), the next look tries again
                    log.error("PostgreSQL did not start", reason=str(error)[-500:])
                    await asyncio.sleep(AFTER_FAILURE)


def hidden_from(name: str, environment: Mapping[str, str]) -> frozenset[str]:
    """Fanout has no use for the owner's URL once it has one of its own."""
    hidden = HIDDEN.get(name, frozenset())
    return (
        hidden | {"SHOWFLOOR_DATABASE_URL"}
        if name == "fanout" and environment.get(ROOMS_URL)
        else hidden
    )


def _upgrade(url: str) -> None:
    from showfloor.app.migrate import upgrade_now  # noqa: PLC0415 - loaded while PostgreSQL starts

    upgrade_now(url)


async def _answers(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx2.HTTPError:
        return False


__all__ = ["NotReady", "Supervisor"]
