"""Who hosts."""

from __future__ import annotations

import typer

from showfloor.app import admin
from showfloor.app.admin_terminal import (
    Avatar,
    CreatorId,
    Name,
    NameAr,
    ShortName,
    run,
    stored_picture,
)
from showfloor.kit import ids

group = typer.Typer(no_args_is_help=True)


@group.command("add")
def add_creator(name: Name, name_ar: NameAr, avatar: Avatar) -> None:
    """Somebody who hosts; prints the id."""
    picture = stored_picture(avatar)
    typer.echo(
        ids.encode(
            "cre",
            run(
                lambda session: admin.add_creator(
                    session, name={"en": name, "ar": name_ar}, avatar_url=picture
                )
            ),
        )
    )


@group.command("allow")
def allow_creator(creator_id: CreatorId, slug: ShortName) -> None:
    """Let a creator show and sell a seller's products."""
    run(lambda session: admin.allow_creator(session, creator=creator_id, seller=slug))


@group.command("forbid")
def forbid_creator(creator_id: CreatorId, slug: ShortName) -> None:
    """Let a creator add no more of a seller's products to shows."""
    run(lambda session: admin.forbid_creator(session, creator=creator_id, seller=slug))
