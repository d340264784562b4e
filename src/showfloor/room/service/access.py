"""As what somebody writes in a show. The one place that decides it."""

from __future__ import annotations

from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.kit.messages import LANGUAGES, translate
from showfloor.merchants import service as merchants
from showfloor.orders import service as orders
from showfloor.room.rules.insults import has_insult
from showfloor.room.rules.names import LONGEST_NAME, clean_name, is_reserved
from showfloor.room.types import Author, ChatRole
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Show


async def role_of(session: Session, person: Person | None, show: Show) -> ChatRole:
    """Who runs the show writes as its host, who sells something in it as a merchant, whom the host
    named a moderator as that.
    """
    if person is None:
        return ChatRole.VIEWER
    if shows.may_run(person, show):
        return ChatRole.HOST
    if person.merchant_ids and person.merchant_ids & await sellers_of(session, show):
        return ChatRole.MERCHANT
    return ChatRole.MODERATOR if show.id in person.show_ids else ChatRole.VIEWER


def may_moderate(person: Person, show: Show) -> bool:
    """Whoever runs the show decides what stays in its chat, and so do those whom they named."""
    return shows.may_run(person, show) or show.id in person.show_ids


async def get_moderated_show(session: Session, *, person: Person, show_id: UUID) -> Show:
    """Raises ShowNotFound, also for who moderates another."""
    show = await shows.get_public_show(session, show_id, person=person)
    if not may_moderate(person, show):
        raise ShowNotFound
    return show


async def may_write_as_buyer(
    session: Session, author: Author, show: Show, *, order: str | None, secret: bytes
) -> bool:
    """Whether they have a paid order of one of the show's sellers: by the account that they are
    signed in with, or by the link of the order's page, which nobody else has.
    """
    if author.has_bought:
        return True
    sellers = await sellers_of(session, show)
    if author.viewer_id is not None and await orders.has_bought(
        session, viewer_id=author.viewer_id, merchant_ids=sellers
    ):
        return True
    return order is not None and await orders.proves_purchase(
        session, secret=secret, token=order, merchant_ids=sellers
    )


async def name_of_staff(session: Session, person: Person, role: ChatRole, show: Show) -> str:
    """The name that stands beside the badge: a stage name or a company's, in the language that the
    show's title has first. A moderator's is their own, and not kept from others: it may be one that
    many have. Nobody chose it for this chat, so one that a guest could not have is replaced by the
    word for a moderator.
    """
    if role is ChatRole.MODERATOR:
        name = clean_name(person.name)[:LONGEST_NAME].strip()
        if not name or is_reserved(name, await names_of_team(session, show)) or has_insult(name):
            lang = next((lang for lang in show.languages if lang in LANGUAGES), LANGUAGES[0])
            return translate(lang, "chat.role.moderator")
        return name
    if role is ChatRole.HOST:
        host = await merchants.get_creator(session, show.host_creator_id)
        return _in(host.name, show)
    ids = person.merchant_ids & await sellers_of(session, show)
    found = await merchants.get_merchants(session, ids)
    return min(_in(merchant.name, show) for merchant in found.values())


async def names_of_team(session: Session, show: Show) -> list[str]:
    """All names, in all languages, that nobody else may write under."""
    host = await merchants.get_creator(session, show.host_creator_id)
    sellers = await merchants.get_merchants(session, await sellers_of(session, show))
    names = [host.name, *(seller.name for seller in sellers.values())]
    return [text for name in names for text in name.values()]


async def sellers_of(session: Session, show: Show) -> set[UUID]:
    """Whose goods are on the show's shelf."""
    return await catalog.merchants_of(session, show.product_ids)


def _in(name: dict[str, str], show: Show) -> str:
    return next((name[lang] for lang in show.languages if lang in name), next(iter(name.values())))
