"""What the worker could not do."""

from __future__ import annotations

import typer

from showfloor.app.admin_terminal import run
from showfloor.kit import clock, ids, outbox
from showfloor.kit import jobs as periodic
from showfloor.kit.db import Session
from showfloor.notices import service as notices

group = typer.Typer(no_args_is_help=True)


@group.command("list")
def list_jobs() -> None:
    """Jobs that fail, and events and mails that were tried so often that they are parked."""

    async def work(
        session: Session,
    ) -> tuple[list[periodic.Failing], list[outbox.Parked], list[notices.Parked]]:
        return (
            await periodic.list_failing(session),
            await outbox.list_parked(session),
            await notices.list_parked(session),
        )

    failing, parked, mails = run(work)
    for job in failing:
        since = clock.rfc3339(job.failed_at)
        typer.echo(f"failing  {job.name}: {job.attempts} times, last {since}, {job.error}")
    for event in parked:
        since = clock.rfc3339(event.at)
        typer.echo(f"parked   {event.kind} {event.id} of {since}: {event.error}")
    for mail in mails:
        since = clock.rfc3339(mail.made_at)
        about = f" about {ids.encode('ord', mail.order_id)}" if mail.order_id else ""
        typer.echo(f"parked   mail {mail.kind}{about} of {since}: {mail.error}")
    if not failing and not parked and not mails:
        typer.echo("Everything was done.")


@group.command("retry")
def retry_jobs() -> None:
    """Try every parked event and mail again, now that its cause is gone."""
    typer.echo(f"{run(outbox.retry_parked)} events are tried again.")
    typer.echo(f"{run(notices.retry_parked)} mails are tried again.")
