"""What happened to accounts."""

from __future__ import annotations

from typing import Annotated

import typer

from showfloor.app.admin_terminal import run
from showfloor.identity import service
from showfloor.kit import clock, ids

group = typer.Typer(no_args_is_help=True)


@group.command("list")
def security_log(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """Sign-ins, refusals and grants, newest first; people are named by id."""
    for one in run(
        lambda session: service.list_records(session, person=service.operator(), limit=limit)
    ):
        who = ids.encode("per", one.person_id) if one.person_id else "-"
        by = f"  by {ids.encode('per', one.by_id)}" if one.by_id else ""
        typer.echo(f"{clock.rfc3339(one.at)}  {one.event}  {who}  {one.about}".rstrip() + by)
