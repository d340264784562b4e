"""`showfloor person`, `merchant`, `creator`, `catalog`, `stock`: fill an installation
(docs/operate/README.md).

A refusal is printed as one sentence and ends with 1. Passwords are asked for or read from standard
input, never taken from the command line, where every user of the machine could read them; an API
key is the only thing that its command prints to standard output.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from showfloor.app.settings import Settings

if TYPE_CHECKING:
    from showfloor.kit.db import Session
    from showfloor.kit.errors import AppError

T = TypeVar("T")


def _matching(pattern: str, words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise typer.BadParameter(words)
        return value

    return check


def _creator_id(text: str) -> UUID:
    from showfloor.kit import ids  # noqa: PLC0415 - a process loads only what it runs

    try:
        return ids.parse("cre", text)
    except ids.MalformedId:
        raise typer.BadParameter("a creator's id looks like cre_0192…") from None


ShortName = Annotated[
    str,
    typer.Argument(
        callback=_matching(r"[a-z0-9]+(-[a-z0-9]+)*", "small letters, digits and single hyphens")
    ),
]
Email = Annotated[str, typer.Argument(callback=_matching(r"[^@\s]+@[^@\s]+", "an email address"))]
Name = Annotated[str, typer.Option("--name", help="in English")]
NameAr = Annotated[str, typer.Option("--name-ar", help="in Arabic")]
Avatar = Annotated[
    Path, typer.Option("--avatar", help="a square picture", exists=True, dir_okay=False)
]
CreatorId = Annotated[
    UUID,
    typer.Argument(parser=_creator_id, metavar="CREATOR", help="cre_…, as `creator add` prints it"),
]
Sellers = Annotated[
    list[str],
    typer.Option(
        "--merchant", help="a seller's short name: may act for it; several times for several"
    ),
]
AsCreator = Annotated[
    UUID | None,
    typer.Option(
        "--creator", parser=_creator_id, metavar="CREATOR", help="cre_…: hosts as this creator"
    ),
]
Operator = Annotated[bool, typer.Option("--operator", help="may act for every seller")]

person = typer.Typer(no_args_is_help=True, help="Who signs in, and their keys.")
merchant = typer.Typer(no_args_is_help=True, help="Who sells.")
origin = typer.Typer(no_args_is_help=True, help="The websites that may show a seller's shows.")
creator = typer.Typer(no_args_is_help=True, help="Who hosts.")
catalog = typer.Typer(no_args_is_help=True, help="What is sold.")
key = typer.Typer(no_args_is_help=True, help="Programs that act for a person.")
security = typer.Typer(no_args_is_help=True, help="What happened to accounts.")
person.add_typer(key, name="key")
stock = typer.Typer(no_args_is_help=True, help="How many there are.")
jobs = typer.Typer(no_args_is_help=True, help="What the worker could not do.")
merchant.add_typer(origin, name="origin")
GROUPS = {
    "person": person,
    "merchant": merchant,
    "creator": creator,
    "catalog": catalog,
    "stock": stock,
    "jobs": jobs,
    "security": security,
}


@person.command("add")
def add_person(
    email: Email,
    name: Annotated[str, typer.Option("--name")],
    adult: Annotated[
        bool, typer.Option("--adult", help="this person has declared to be an adult")
    ] = False,
    sellers: Sellers = [],  # noqa: B006 - typer copies it
    as_creator: AsCreator = None,
    operator: Operator = False,
) -> None:
    """An account. The password is asked for, or read from standard input."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.service import admit  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.types import CollectionPoint  # noqa: PLC0415 - a process loads only what it runs

    admission = _or_refused(lambda: admit(CollectionPoint.ACCOUNT, adult=adult))
    password = _password()

    async def work(session: Session) -> None:
        added = await admin.add_person(
            session, admission=admission, email=email, name=name, password=password
        )
        await admin.give_grants(
            session, person=added, sellers=sellers, creator=as_creator, operator=operator
        )

    _run(work)
    typer.echo(f"{email} can sign in.")


@person.command("grant")
def grant(
    email: Email,
    sellers: Sellers = [],  # noqa: B006 - typer copies it
    as_creator: AsCreator = None,
    operator: Operator = False,
) -> None:
    """Let somebody who has an account act for sellers or as a creator."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.service import find_person  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> None:
        found = await find_person(session, email=email)
        await admin.give_grants(
            session, person=found, sellers=sellers, creator=as_creator, operator=operator
        )

    _run(work)


@person.command("revoke")
def revoke(
    email: Email,
    sellers: Sellers = [],  # noqa: B006 - typer copies it
    as_creator: AsCreator = None,
    operator: Operator = False,
) -> None:
    """Take back what somebody was granted, from the next request on."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.service import find_person  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> int:
        found = await find_person(session, email=email)
        return await admin.take_grants(
            session, person=found, sellers=sellers, creator=as_creator, operator=operator
        )

    typer.echo(f"{_run(work)} grants were taken back.")


@person.command("password")
def set_password(email: Email) -> None:
    """A new password, asked for or read from standard input; ends all sessions of this person."""
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs

    password = _password()

    async def work(session: Session) -> None:
        found = await service.find_person(session, email=email)
        await service.set_password(session, person=found, password=password)

    _run(work)
    typer.echo(f"{email} has a new password and is signed out everywhere.")


@person.command("disable")
def disable(email: Email) -> None:
    """End all sessions and keys of a person, and let nobody sign in as them."""
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> None:
        found = await service.find_person(session, email=email)
        await service.disable(session, person_id=found.id)

    _run(work)
    typer.echo(f"{email} cannot sign in any more.")


@person.command("enable")
def enable(email: Email) -> None:
    """Let a person sign in again who was disabled; their keys stay revoked."""
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> None:
        found = await service.find_person(session, email=email)
        await service.enable(session, person_id=found.id)

    _run(work)
    typer.echo(f"{email} can sign in.")


@key.command("add")
def add_key(
    email: Email,
    label: Annotated[str, typer.Option(help="what the key is for")],
    scopes: Annotated[
        list[str],
        typer.Option(
            "--scope",
            help="orders:read, orders:write, catalog:write, merchant:write, shows:run, or all; "
            "several times for several",
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="until it ends by itself")] = 365,
) -> None:
    """Print a new API key of this person, this once."""
    from datetime import timedelta  # noqa: PLC0415 - a process loads only what it runs

    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.types import Scope  # noqa: PLC0415 - a process loads only what it runs

    try:
        chosen = list(Scope) if "all" in scopes else [Scope(scope) for scope in scopes]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    lasts = timedelta(days=days)
    typer.echo(
        _run(
            lambda session: admin.add_key(
                session, email=email, label=label, scopes=chosen, lasts=lasts
            )
        )
    )
    typer.echo("Keep it now: it is not shown again.", err=True)


@key.command("list")
def list_keys(email: Email) -> None:
    """The keys of this person that were not revoked: id, label, scopes, end, last use."""
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.identity.types import ApiKey  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit import clock, ids  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> list[ApiKey]:
        found = await service.find_person(session, email=email)
        return await service.list_keys(session, person_id=found.id)

    for one in _run(work):
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
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit import ids  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> None:
        found = await service.find_person(session, email=email)
        await service.revoke_key(session, person_id=found.id, key_id=ids.parse("key", key_id))

    _run(work)
    typer.echo("The key is revoked.")


@security.command("list")
def security_log(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """Sign-ins, refusals and grants, newest first; people are named by id."""
    from showfloor.identity import service  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit import clock, ids  # noqa: PLC0415 - a process loads only what it runs

    for one in _run(
        lambda session: service.list_records(session, person=service.operator(), limit=limit)
    ):
        who = ids.encode("per", one.person_id) if one.person_id else "-"
        typer.echo(f"{clock.rfc3339(one.at)}  {one.event}  {who}  {one.about}".rstrip())


@merchant.command("add")
def add_merchant(
    slug: ShortName,
    name: Name,
    name_ar: NameAr,
    avatar: Avatar,
    order_prefix: Annotated[
        str,
        typer.Option(
            help="begins the order numbers",
            callback=_matching("[A-Z]{2,4}", "two to four capital letters"),
        ),
    ],
    about: Annotated[str, typer.Option(help="in English")] = "",
    about_ar: Annotated[str, typer.Option(help="in Arabic")] = "",
) -> None:
    """A seller under a short name."""
    from showfloor.merchants import service  # noqa: PLC0415 - a process loads only what it runs

    picture = _stored(avatar)
    texts = {"name": {"en": name, "ar": name_ar}, "about": {"en": about, "ar": about_ar}}
    _run(
        lambda session: service.add_merchant(
            session, slug=slug, avatar_url=picture, order_prefix=order_prefix, **texts
        )
    )
    typer.echo(f"{slug} can sell.")


@origin.command("add")
def add_origin(
    slug: ShortName,
    address: Annotated[str, typer.Argument(metavar="ORIGIN", help="https://www.brand.example")],
) -> None:
    """Let a website show this seller's shows."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    typer.echo(_run(lambda session: admin.allow_origin(session, seller=slug, origin=address)))


@origin.command("remove")
def remove_origin(
    slug: ShortName,
    address: Annotated[str, typer.Argument(metavar="ORIGIN", help="https://www.brand.example")],
) -> None:
    """Let a website show this seller's shows no more."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    _run(lambda session: admin.forbid_origin(session, seller=slug, origin=address))


@creator.command("add")
def add_creator(name: Name, name_ar: NameAr, avatar: Avatar) -> None:
    """Somebody who hosts; prints the id."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit import ids  # noqa: PLC0415 - a process loads only what it runs

    picture = _stored(avatar)
    typer.echo(
        ids.encode(
            "cre",
            _run(
                lambda session: admin.add_creator(
                    session, name={"en": name, "ar": name_ar}, avatar_url=picture
                )
            ),
        )
    )


@creator.command("allow")
def allow_creator(creator_id: CreatorId, slug: ShortName) -> None:
    """Let a creator show and sell a seller's products."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    _run(lambda session: admin.allow_creator(session, creator=creator_id, seller=slug))


@creator.command("forbid")
def forbid_creator(creator_id: CreatorId, slug: ShortName) -> None:
    """Let a creator add no more of a seller's products to shows."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    _run(lambda session: admin.forbid_creator(session, creator=creator_id, seller=slug))


@catalog.command("import")
def import_catalog(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="in the form of the demo's"),
    ],
) -> None:
    """Add all products of a file with their pictures, prices and stock, or none."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.app import catalog_import as files  # noqa: PLC0415 - a process loads only what it runs

    found, uploads = _or_refused(lambda: files.read(file)), Settings().data / "uploads"
    count = _run(
        lambda session: admin.import_catalog(
            session, found=found, folder=file.parent, uploads=uploads
        )
    )
    typer.echo(f"{count} products can be shown.")


@stock.command("set")
def set_stock(
    sku: str,
    on_hand: Annotated[
        int, typer.Argument(min=0, help="pieces in all, those that were sold included")
    ],
    seller: Annotated[
        str | None,
        typer.Option("--merchant", help="the seller's short name, when several use the SKU"),
    ] = None,
) -> None:
    """Say how many of a SKU there are."""
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    _run(lambda session: admin.set_stock(session, sku=sku, on_hand=on_hand, seller=seller))


@jobs.command("list")
def list_jobs() -> None:
    """Jobs that fail, and events that were tried so often that they are parked."""
    from showfloor.kit import clock, outbox  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit import jobs as periodic  # noqa: PLC0415 - a process loads only what it runs

    async def work(session: Session) -> tuple[list[periodic.Failing], list[outbox.Parked]]:
        return await periodic.list_failing(session), await outbox.list_parked(session)

    failing, parked = _run(work)
    for job in failing:
        since = clock.rfc3339(job.failed_at)
        typer.echo(f"failing  {job.name}: {job.attempts} times, last {since}, {job.error}")
    for event in parked:
        since = clock.rfc3339(event.at)
        typer.echo(f"parked   {event.kind} {event.id} of {since}: {event.error}")
    if not failing and not parked:
        typer.echo("Everything was done.")


@jobs.command("retry")
def retry_jobs() -> None:
    """Try every parked event again, now that its cause is gone."""
    from showfloor.kit import outbox  # noqa: PLC0415 - a process loads only what it runs

    typer.echo(f"{_run(outbox.retry_parked)} events are tried again.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _stored(picture: Path) -> str:
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    return _or_refused(
        lambda: admin.store_picture(Settings().data / "uploads", picture.parent, picture.name)
    )


def _run(work: Callable[[Session], Awaitable[T]]) -> T:
    from showfloor.app import admin  # noqa: PLC0415 - a process loads only what it runs

    return _or_refused(lambda: admin.run(Settings(), work))


def _or_refused(call: Callable[[], T]) -> T:
    from showfloor.app.postgres import PostgresFailed  # noqa: PLC0415 - a process loads only what it runs
    from showfloor.kit.errors import AppError  # noqa: PLC0415 - a process loads only what it runs

    try:
        return call()
    except AppError as refusal:
        _explain(refusal)
        raise typer.Exit(1) from None
    except PostgresFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _explain(refusal: AppError) -> None:
    """The catalog's sentence, then what it is about, a line each."""
    from showfloor.kit import messages  # noqa: PLC0415 - a process loads only what it runs

    sentence = messages.translate("en", f"error.{refusal.code}", **refusal.params)
    typer.echo(sentence, err=True)
    fields: list[dict[str, Any]] = refusal.extra.get("fields", [])
    about = refusal.params | {field["path"]: field["problem"] for field in fields}
    for name, value in about.items():
        if str(value) not in sentence:
            typer.echo(f"  {name}: {value}", err=True)
