"""What the worker could not do."""

from __future__ import annotations

import typer

from showfloor.app.admin_terminal import run
from showfloor.kit import clock, outbox
from showfloor.kit import jobs as periodic
from showfloor.kit.db import Session

group = typer.Typer(no_args_is_help=True)


@group.command("list")
def list_jobs() -> None:
    """Jobs that fail, and events that were tried so often that they are parked."""

    async def work(session: Session) -> tuple[list[periodic.Failing], list[outbox.Parked]]:
        return await periodic.list_failing(session), await outbox.list_parked(session)

    failing, parked = run(work)
    for job in failing:
        since = clock.rfc3339(job.failed_at)
        typer.echo(f"failing  {job.name}: {job.attempts} times, last {since}, {job.error}")
    for event in parked:
        since = clock.rfc3339(event.at)
        typer.echo(f"parked   {event.kind} {event.id} of {since}: {event.error}")
    if not failing and not parked:
        typer.echo("Everything was done.")


@group.command("retry")
def retry_jobs() -> None:
    """Try every parked event again, now that its cause is gone."""
    typer.echo(f"{run(outbox.retry_parked)} events are tried again.")
