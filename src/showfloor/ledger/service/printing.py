"""The statement of a month as PDF: the same sums as on the desk and in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, messages
from showfloor.kit.db import Session
from showfloor.kit.money import Money
from showfloor.kit.paper import Block, Paper, Row
from showfloor.ledger import rules
from showfloor.ledger.service.reading import names_of, own_accounts, statements
from showfloor.ledger.types import Account, Holder, Names, Statement
from showfloor.merchants import service as merchants
from showfloor.merchants.types import Identity

Identities = Mapping[UUID, Identity | None]
"""Who sellers are before the law."""
_MONTHS_IN = "UTC"


async def write_statement(
    session: Session, *, person: Person, period: str, account: Account | None, lang: str
) -> Paper:
    """A month (`2026-11`, in UTC) of own accounts, in one language; `kit.drawing` makes the
    file, which takes a core's time. Raises PeriodInvalid, AccountNotFound.
    """
    found = await statements(session, person=person, period=period, account=account)
    own = own_accounts(person, account)
    sellers = await merchants.get_merchants(
        session, [each.owner_id for each in own if each.holder is Holder.MERCHANT]
    )
    identities = {each.id: each.identity for each in sellers.values()}
    names = await names_of(session, own)
    return statement_of(period, found, names, identities, lang, clock.now())


def statement_of(
    period: str,
    found: Sequence[Statement],
    names: Names,
    identities: Identities,
    lang: str,
    now: datetime,
) -> Paper:
    """A part for each account and currency. The paper says whether the month is over, and whether
    its books are closed.
    """
    t = partial(messages.translate, lang)
    moment = partial(messages.moment, lang, timezone=_MONTHS_IN)
    since, until = rules.month(period)
    last = messages.deadline(lang, until, _MONTHS_IN) if until <= now else moment(now)
    blocks = [_block(each, names, identities, lang) for each in found]
    title = t("money.statement")
    foot = t("money.paper.printed", moment=moment(now))
    return Paper(
        lang=lang,
        direction=messages.direction(lang),
        title=title,
        lead=(
            t("money.paper.period", since=moment(since), until=last),
            _how_final(until, now, lang),
        ),
        blocks=blocks or [Block(t("money.nothing_moved"))],
        foot=foot,
        author=", ".join(dict.fromkeys(name[lang] for name in names.values())),
        made_at=now,
    )


def _how_final(until: datetime, now: datetime, lang: str) -> str:
    final_at = rules.final_at(until)
    if now < until:
        return messages.translate(lang, "money.paper.not_over")
    if now < final_at:
        moment = messages.moment(lang, final_at, timezone=_MONTHS_IN)
        return messages.translate(lang, "money.provisional", moment=moment)
    return messages.translate(lang, "money.final")


def _block(each: Statement, names: Names, identities: Identities, lang: str) -> Block:
    name = names[each.account][lang] if each.account in names else ""
    return Block(
        f"{name} · {each.opening.currency}",
        _who(identities.get(each.account.owner_id)),
        _rows(each, lang),
    )


def _who(identity: Identity | None) -> list[str]:
    if identity is None:
        return []
    parts = (identity["company"], identity["address"], identity["registration"], identity["vat"])
    return [part for part in parts if part]


def _rows(each: Statement, lang: str) -> list[Row]:
    t = partial(messages.translate, lang)

    def row(kind: str, amount: Money, count: int = 0, *, strong: bool = False) -> Row:
        note = t("money.paper.times", count=count) if count else ""
        return Row(t(f"money.kind.{kind}"), messages.load().price(lang, amount), note, strong)

    return [
        row("opening", each.opening),
        *(row(moved.kind.value, moved.amount, moved.count) for moved in each.movements),
        row("closing", each.closing, strong=True),
    ]
