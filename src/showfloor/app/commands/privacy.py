"""What the installation keeps of people."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx2
import typer

from showfloor.app import drill as children
from showfloor.app import erasing
from showfloor.app.admin_terminal import Email, id_with, run
from showfloor.app.data_map import data_map, fingerprint
from showfloor.app.private import secret_of
from showfloor.app.scan import Report, scan
from showfloor.app.settings import Settings
from showfloor.app.terminal import or_refused
from showfloor.kit import clock, ids
from showfloor.kit.sealing import Unreadable
from showfloor.privacy import service as privacy
from showfloor.privacy.types import RequestKind

group = typer.Typer(no_args_is_help=True)
LAST_DAY = timedelta(hours=24)
Also = Annotated[
    list[Path] | None,
    typer.Option(exists=True, help="another folder or file to search: backups, a proxy's logs"),
]


@group.command("scan")
def search(
    file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="the texts, one a line")],
    also: Also = None,
) -> None:
    """Search every place in which this installation keeps bytes for given texts.

    Ends with 1 when one of them stands somewhere, with 2 when none does but something could not be
    searched. A text is named by its line: it may be a person's.
    """
    texts = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    if not texts or any(len(text) < 6 for text in texts):
        raise typer.BadParameter("each text needs six characters or more")
    report = _search(texts, also)
    for found in report.found:
        where = f"{found.store}, byte {found.hit.offset}"
        typer.echo(f"line {found.hit.canary + 1} ({found.hit.form}): {where}")
    typer.echo(f"{len(report.found)} hits")
    raise typer.Exit(1 if report.found else 2 if report.unread else 0)


@group.command("requests")
def requests() -> None:
    """What people asked for about their data and nobody has answered yet, with the day by which the
    law wants an answer. Ends with 1 when one is late.

    Erasures end by themselves; one waits as long as something that was paid is to be sent.
    """
    secret, now = secret_of(Settings()), clock.now()
    found = run(privacy.list_open)
    for each in found:
        late = each.is_late(now)
        line = f"{ids.encode('req', each.id)}  {each.kind:<7}  due {each.due_at:%Y-%m-%d}"
        typer.secho(line + ("  LATE" if late else ""), fg="red" if late else None)
        try:
            who = privacy.open_asker(secret, each)
        except Unreadable:
            typer.secho("    unreadable: it was sealed with another SHOWFLOOR_SECRET", fg="red")
            continue
        if who is not None and each.kind is not RequestKind.ERASE:
            subject, text = who
            typer.echo(f"    {subject.email}" + (f": {text}" if text else ""))
    typer.echo(f"{len(found)} open")
    raise typer.Exit(1 if any(each.is_late(now) for each in found) else 0)


@group.command("suspicions")
def suspicions() -> None:
    """Suspicions that somebody is a child which nobody has decided yet, with the hours that are
    left; they are decided at /studio/safety. Ends with 1 when one has less than 24.
    """
    now = clock.now()
    found = run(privacy.list_open_cases)
    soon = [each for each in found if each.due_at - now < LAST_DAY]
    for each in found:
        hours = max(0, int((each.due_at - now).total_seconds() // 3600))
        line = f"{ids.encode('case', each.id)}  {each.about:<7}  {hours} hours left"
        typer.secho(line, fg="red" if each in soon else None)
    typer.echo(f"{len(found)} open")
    raise typer.Exit(1 if soon else 0)


@group.command("answered")
def answered(
    request_id: Annotated[
        UUID,
        typer.Argument(
            parser=id_with("req"), metavar="REQUEST", help="req_…, as `requests` shows it"
        ),
    ],
) -> None:
    """Note that a request to correct or an objection was answered; who asked is forgotten."""
    run(lambda session: privacy.answer(session, request_id=request_id))
    typer.echo("Noted.")


@group.command("erase")
def erase_person(email: Email) -> None:
    """Erase somebody at their own request (GDPR art 17): of a team that they left, a guest, or a
    viewer who cannot sign in. Make sure first that whoever asks is the one with this address.

    Ends with 2 when something is still to be sent or paid: run it again after that.
    """
    if not (secret := secret_of(Settings())):
        typer.echo("Set SHOWFLOOR_SECRET: an account is not found without it.", err=True)
        raise typer.Exit(1)
    try:
        erased = run(lambda session: erasing.erase(session, secret=secret, email=email.lower()))
    except erasing.StillInTeam:
        typer.echo("Still in a team: take them out of each first. Nothing was erased.", err=True)
        raise typer.Exit(1) from None
    for name, rows in erased.rows.items():
        typer.echo(f"{name:<9} {rows} rows")
    if erased.has_account:
        typer.echo("An account as a viewer is erased by the worker, which begins now.")
    for name in erased.waiting:
        typer.echo(f"{name}: something is still to be sent or paid. Run this again after that.")
    raise typer.Exit(2 if erased.waiting else 0)


@group.command("drill")
def drill(
    url: Annotated[str, typer.Option(help="where web answers; empty: as the settings say")] = "",
    also: Also = None,
) -> None:
    """Let six invented children try every door over HTTP, and search for what is left of them.

    Needs a live show that sells something. An invented adult is let in and has to be found. Ends
    with 1 when a door opened to a child, when something of one is found, or when the adult is not;
    with 2 when all is well but something could not be searched.
    """
    settings = Settings()
    played = or_refused(lambda: asyncio.run(_play(url or settings.internal_web)))
    refused = played.knocks - len(played.let_in)
    typer.echo(f"{refused} of {played.knocks} requests of children were refused.")
    for door in played.let_in:
        typer.echo(f"let in: {door}")
    report = _search([*played.children, *played.adult], also)
    of_children = [one for one in report.found if one.hit.canary < len(played.children)]
    for found in of_children:
        typer.echo(f"of a child ({found.hit.form}): {found.store}, byte {found.hit.offset}")
    of_adult = len(report.found) - len(of_children)
    typer.echo(f"{len(of_children)} hits of the children, {of_adult} of the adult.")
    wrong = of_children or played.let_in or not of_adult
    raise typer.Exit(1 if wrong else 2 if report.unread else 0)


@group.command("map")
def print_map(
    check: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="an assessment that has to name this map"),
    ] = None,
) -> None:
    """Print what is kept of people, column by column, and the map's fingerprint.

    With --check, ends with 1 when the file does not name the fingerprint: the data changed and the
    assessment of their risks did not.
    """
    entries = data_map()
    mark = fingerprint(entries)
    if check is None:
        for each in entries:
            until = "until erased" if each.seconds is None else f"{each.seconds} s"
            eraser = each.eraser or "-"
            typer.echo(
                f"{each.table}.{each.column}  {each.data_class}  {until}  {eraser}  {each.law}"
            )
        typer.echo(f"sha256:{mark}")
    elif f"sha256:{mark}" not in check.read_text("utf-8"):
        typer.echo(
            f"{check} was written for other data. Read what changed (showfloor privacy map), look "
            f"at the risks again, then write sha256:{mark} into it.",
            err=True,
        )
        raise typer.Exit(1)


async def _play(url: str) -> children.Played:
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        return await children.play(client, clock.now().date())


def _search(texts: list[str], also: list[Path] | None) -> Report:
    begun = clock.monotonic()
    report = scan(Settings(), texts, also or ())
    seconds = max(clock.monotonic() - begun, 0.001)
    megabytes = report.bytes_read / 1_000_000
    typer.echo(
        f"Searched {megabytes:.0f} MB in {report.files} files and all tables for {len(texts)} "
        f"texts, {megabytes / seconds:.0f} MB/s."
    )
    for what in report.unread:
        typer.echo(f"Not searched: {what}.")
    return report
