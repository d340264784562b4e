"""The mail to a merchant's people about their orders: numbers, pieces and sums; who bought, and
where the goods go, stays on the desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from showfloor.identity.types import Member
from showfloor.kit import ids, messages
from showfloor.kit.messages import DEFAULT_LANGUAGE
from showfloor.kit.money import Money
from showfloor.notices.types import Letter, Mail, News, NewsKind, NewsLine
from showfloor.notices.views.office import Office, write_letter
from showfloor.orders.views import Translate


def news_letter(
    mail: Mail,
    reader: Member,
    seller: Mapping[str, str],
    news: Sequence[News],
    lines: Sequence[NewsLine],
    office: Office,
) -> Letter:
    """`lines` are those of the news that are named, as they are to be shown; all are counted."""
    lang = reader.language or DEFAULT_LANGUAGE
    t = partial(messages.translate, lang)
    team = messages.isolated(lang, seller[lang])
    subject = f"{team}: {_title(news, lines, t)}"
    orders = f"{office.base_url}/desk/orders"
    given = {
        "groups": [
            {
                "title": _counted(kind, count, t),
                "advice": _advice(kind, t),
                "lines": [
                    (_line(each, lang, t), f"{orders}/{ids.encode('ord', each.news.order_id)}")
                    for each in lines
                    if each.news.kind is kind
                ],
                "sums": [t("mail.team_news.sum", amount=each) for each in _sums(kind, news)],
            }
            for kind, count in _counts(news).items()
        ],
        "more": len(news) - len(lines),
        "desk": f"{office.base_url}/desk",
        "settings": f"{office.base_url}/desk/mails",
        "team": seller[lang],
    }
    return write_letter(
        mail, office, "team_news", to=reader.email, lang=lang, subject=subject, given=given
    )


def _title(news: Sequence[News], lines: Sequence[NewsLine], t: Translate) -> str:
    """One fact by its order's number; several are counted."""
    if len(news) == len(lines) == 1:
        number = lines[0].number
        match news[0].kind:
            case NewsKind.ORDER:
                return t("mail.team_news.one_order", number=number)
            case NewsKind.WITHDRAWAL:
                return t("mail.team_news.one_withdrawal", number=number)
            case NewsKind.REFUND_FAILED:
                return t("mail.team_news.one_refund_failed", number=number)
    return t("mail.comma").join(_counted(kind, count, t) for kind, count in _counts(news).items())


def _counts(news: Sequence[News]) -> dict[NewsKind, int]:
    """Of each kind that there is."""
    found = {kind: sum(each.kind is kind for each in news) for kind in NewsKind}
    return {kind: count for kind, count in found.items() if count}


def _counted(kind: NewsKind, count: int, t: Translate) -> str:
    match kind:
        case NewsKind.ORDER:
            return t("mail.team_news.orders", count=count)
        case NewsKind.WITHDRAWAL:
            return t("mail.team_news.withdrawals", count=count)
        case NewsKind.REFUND_FAILED:
            return t("mail.team_news.refunds_failed", count=count)


def _advice(kind: NewsKind, t: Translate) -> str:
    """What is to be done, where that is more than to send goods."""
    match kind:
        case NewsKind.ORDER:
            return ""
        case NewsKind.WITHDRAWAL:
            return t("mail.team_news.withdrawal_advice")
        case NewsKind.REFUND_FAILED:
            return t("mail.team_news.refund_failed_advice")


def _line(line: NewsLine, lang: str, t: Translate) -> str:
    # In Arabic the sum behind it would be drawn as a part of the number otherwise.
    parts = [messages.isolated(lang, line.number)]
    if line.units:
        parts.append(t("mail.pieces", count=line.units))
    if line.news.money is not None:
        parts.append(messages.load().price(lang, line.news.money))
    return t("mail.comma").join(parts)


def _sums(kind: NewsKind, news: Sequence[News]) -> list[Money]:
    """What several of a kind come to, in each currency."""
    own = [each.money for each in news if each.kind is kind and each.money is not None]
    if len(own) < 2:
        return []
    sums: dict[str, Money] = {}
    for each in own:
        sums[each.currency] = sums[each.currency] + each if each.currency in sums else each
    return list(sums.values())
