"""Who sells."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app import admin, delivery_commands
from showfloor.app.admin_terminal import (
    Avatar,
    Name,
    NameAr,
    ShortName,
    email_address,
    line,
    matching,
    paragraphs,
    run,
    said,
    stored_picture,
)
from showfloor.kit.text import clean_paragraphs
from showfloor.merchants import service
from showfloor.merchants.types import Identity, TermsKind, TermsText

group = typer.Typer(no_args_is_help=True)
origin = typer.Typer(no_args_is_help=True, help="The websites that may show a seller's shows.")
group.add_typer(origin, name="origin")
group.add_typer(delivery_commands.group, name="delivery")


@group.command("add")
def add_merchant(
    slug: ShortName,
    name: Name,
    name_ar: NameAr,
    avatar: Avatar,
    order_prefix: Annotated[
        str,
        typer.Option(
            help="begins the order numbers",
            callback=matching("[A-Z]{2,4}", "two to four capital letters"),
        ),
    ],
    about: Annotated[str, typer.Option(help="in English", callback=paragraphs)] = "",
    about_ar: Annotated[str, typer.Option(help="in Arabic", callback=paragraphs)] = "",
) -> None:
    """A seller under a short name."""
    picture = stored_picture(avatar)
    texts = {"name": {"en": name, "ar": name_ar}, "about": {"en": about, "ar": about_ar}}
    run(
        lambda session: service.add_merchant(
            session, slug=slug, avatar_url=picture, order_prefix=order_prefix, **texts
        )
    )
    typer.echo(f"{slug} can sell.")


@group.command("identify")
def identify_merchant(
    slug: ShortName,
    company: Annotated[str, typer.Option(callback=said, help="as it stands in the register")],
    address: Annotated[str, typer.Option(callback=said, help="postal address, in one line")],
    email: Annotated[str, typer.Option(callback=email_address, help="to which buyers write")],
    phone: Annotated[str, typer.Option(callback=line, help="on which buyers call")] = "",
    registration: Annotated[
        str, typer.Option(callback=line, help="where it is registered, with its number")
    ] = "",
    vat: Annotated[str, typer.Option(callback=line, help="its number for value added tax")] = "",
) -> None:
    """Say who a seller is before the law: it stands in every mail and order from now on."""
    identity: Identity = {
        "company": company,
        "address": address,
        "email": email,
        "phone": phone,
        "registration": registration,
        "vat": vat,
    }
    run(lambda session: service.set_identity(session, slug=slug, identity=identity))
    typer.echo(f"{slug} is {company}.")


def _terms_text(said: str) -> TermsText:
    if said.startswith("https://"):
        return {"text": "", "url": said}
    try:
        return {"text": clean_paragraphs(Path(said).read_text("utf-8")), "url": ""}
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"no text file, and no https:// address: {said}") from error


@group.command("terms")
def set_terms(
    slug: ShortName,
    kind: Annotated[TermsKind, typer.Argument(help="what it is")],
    en: Annotated[
        TermsText,
        typer.Option(
            help="a text file, or https://… of the page that has it",
            parser=_terms_text,
            metavar="FILE",
        ),
    ],
    ar: Annotated[
        TermsText, typer.Option(help="the same in Arabic", parser=_terms_text, metavar="FILE")
    ],
) -> None:
    """Say what buyers agree to from now on; orders keep the version they were placed under."""
    words = {"en": en, "ar": ar}
    terms = run(lambda session: admin.set_terms(session, seller=slug, kind=kind, words=words))
    typer.echo(f"{slug}: {kind.value}, version {terms.version}.")


@origin.command("add")
def add_origin(
    slug: ShortName,
    address: Annotated[str, typer.Argument(metavar="ORIGIN", help="https://www.brand.example")],
) -> None:
    """Let a website show this seller's shows."""
    typer.echo(run(lambda session: admin.allow_origin(session, seller=slug, origin=address)))


@origin.command("remove")
def remove_origin(
    slug: ShortName,
    address: Annotated[str, typer.Argument(metavar="ORIGIN", help="https://www.brand.example")],
) -> None:
    """Let a website show this seller's shows no more."""
    run(lambda session: admin.forbid_origin(session, seller=slug, origin=address))
