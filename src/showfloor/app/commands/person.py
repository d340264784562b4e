"""Who signs in, and their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from showfloor.app import admin
from showfloor.app.admin_terminal import (
    AsCreator,
    Email,
    Operator,
    Sellers,
    as_field,
    password_of_person,
    run,
    said,
)
from showfloor.app.terminal import or_refused
from showfloor.identity import service
from showfloor.identity.schemas import Label
from showfloor.identity.service import admit
from showfloor.identity.types import CollectionPoint, Person, Role, Scope
from showfloor.kit import clock, ids
from showfloor.kit.db import Session

T = TypeVar("T")
group = typer.Typer(no_args_is_help=True)
key = typer.Typer(no_args_is_help=True, help="Programs that act for a person.")
group.add_typer(key, name="key")


def _of(email: str, work: Callable[[Session, Person], Awaitable[T]]) -> T:
    """`work` with the person who has this address, in one transaction."""

    async def find_first(session: Session) -> T:
        return await work(session, await service.find_person(session, email=email))

    return run(find_first)


@group.command("add")
def add_person(
    email: Email,
    name: Annotated[str, typer.Option("--name", callback=said)],
    sellers: Sellers,
    adult: Annotated[
        bool, typer.Option("--adult", help="this person has declared to be an adult")
    ] = False,
    as_creator: AsCreator = None,
    operator: Operator = False,
) -> None:
    """An account. The password is asked for, or read from standard input."""
    if not adult:
        raise typer.BadParameter("ask this person for their age, and say --adult for an adult")
    admission = or_refused(lambda: admit(CollectionPoint.ACCOUNT, adult=adult))
    password = password_of_person()

    async def work(session: Session) -> None:
        added = await admin.add_person(
            session, admission=admission, email=email, name=name, password=password
        )
        await admin.give_grants(
            session, person=added, sellers=sellers, creator=as_creator, operator=operator
        )

    run(work)
    typer.echo(f"{email} can sign in.")


@group.command("grant")
def grant(
    email: Email,
    sellers: Sellers,
    as_creator: AsCreator = None,
    operator: Operator = False,
    role: Annotated[Role, typer.Option(help="in the teams of these sellers and creator")] = (
        Role.OWNER
    ),
) -> None:
    """Let somebody who has an account act for sellers or as a creator."""

    _of(
        email,
        lambda session, person: admin.give_grants(
            session,
            person=person,
            sellers=sellers,
            creator=as_creator,
            operator=operator,
            role=role,
        ),
    )


@group.command("revoke")
def revoke(
    email: Email,
    sellers: Sellers,
    as_creator: AsCreator = None,
    operator: Operator = False,
) -> None:
    """Take back what somebody was granted, from the next request on."""

    taken = _of(
        email,
        lambda session, person: admin.take_grants(
            session, person=person, sellers=sellers, creator=as_creator, operator=operator
        ),
    )
    typer.echo(f"{taken} grants were taken back.")


@group.command("password")
def set_password(email: Email) -> None:
    """A new password, asked for or read from standard input; ends all sessions of this person."""
    password = password_of_person()
    _of(
        email,
        lambda session, person: service.set_password(session, person=person, password=password),
    )
    typer.echo(f"{email} has a new password and is signed out everywhere.")


@group.command("disable")
def disable(email: Email) -> None:
    """End all sessions and keys of a person, and let nobody sign in as them."""
    _of(email, lambda session, person: service.disable(session, person_id=person.id))
    typer.echo(f"{email} cannot sign in any more.")


@group.command("enable")
def enable(email: Email) -> None:
    """Let a person sign in again who was disabled; their keys stay revoked."""
    _of(email, lambda session, person: service.enable(session, person_id=person.id))
    typer.echo(f"{email} can sign in.")


@key.command("add")
def add_key(
    email: Email,
    label: Annotated[str, typer.Option(help="what the key is for", callback=as_field(Label))],
    scopes: Annotated[
        list[str],
        typer.Option(
            "--scope",
            help="orders:read, orders:write, catalog:write, merchant:write, shows:run, "
            "captions:write, webhooks:write, or all; several times for several",
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="until it ends by itself")] = 365,
) -> None:
    """Print a new API key of this person, this once."""
    try:
        chosen = list(Scope) if "all" in scopes else [Scope(scope) for scope in scopes]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    lasts = timedelta(days=days)
    typer.echo(
        run(
            lambda session: admin.add_key(
                session, email=email, label=label, scopes=chosen, lasts=lasts
            )
        )
    )
    typer.echo("Keep it now: it is not shown again.", err=True)


@key.command("list")
def list_keys(email: Email) -> None:
    """The keys of this person that were not revoked: id, label, scopes, end, last use."""
    keys = _of(email, lambda session, person: service.list_keys(session, person_id=person.id))
    for one in keys:
        ends = f"ends {clock.rfc3339(one.expires_at)}" if one.expires_at else "never ends"
        used = f"used {clock.rfc3339(one.last_used_at)}" if one.last_used_at else "never used"
        scopes = " ".join(sorted(one.scopes))
        typer.echo(f"{ids.encode('key', one.id)}  {one.label}  {scopes}  {ends}  {used}")


@key.command("revoke")
def revoke_key(
    email: Email,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="key_…, as `key list` prints it")],
) -> None:
    """The key means nothing from the next request on."""
    _of(
        email,
        lambda session, person: service.revoke_key(
            session, person_id=person.id, key_id=ids.parse("key", key_id)
        ),
    )
    typer.echo("The key is revoked.")
