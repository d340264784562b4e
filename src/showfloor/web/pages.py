"""Pages as pure functions: JSON-shaped values in, HTML out. No request, no session, no clock; all
HTML stands in `templates/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, TypedDict, Unpack

import jinja2

from showfloor.kit import messages as words
from showfloor.kit.money import Money
from showfloor.kit.retention import About, data_classes
from showfloor.merchants.types import WayBack
from showfloor.web.templating import Page, messages_of, render

SHOW_WORDS = (
    "show",
    "player",
    "scene",
    "replay",
    "clip",
    "disclosure",
    "pin",
    "shelf",
    "product",
    "hold",
    "age",
    "checkout",
    "test_card",
    "pay",
    "field",
    "thanks",
    "sheet",
    "chat",
    "hearts",
    "questions",
    "drop",
    "coupon",
    "wait",
    "address",
)
SHARED_WORDS = ("list", "problem", "error", "currency", "language")
REMOTE_WORDS = ("remote", "studio")
STUDIO_WORDS = (
    "announcement",
    "drop",
    "coupon",
    "chat",
    "questions",
    "moderation",
    "safety",
    "caption",
    "preflight",
    "rehearsal",
    "remote",
    "studio",
    "desk",
    "imports",
    "hooks",
    "money",
    "goods",
    "legal",
    "age",
    "account",
    "team",
    "join",
    "clip",
    "destination",
    "cut",
    "disclosure",
    "device",
    "health",
    "player",
    "replay",
    "scene",
    "pin",
    "product",
    "show",
    "shelf",
    "orders",
    "field",
    "ways",
    "receipt",
)

ACCOUNT_WORDS = ("viewer", "wait", "age", "address", "field", "order.pieces")


class Shop(TypedDict, total=False):
    """What a show's page must know besides the show."""

    stock: Mapping[str, int]
    """Pieces left by SKU."""
    country: str
    """Where the market delivers, ISO 3166-1 alpha-2."""
    postal_code_needed: bool
    hold_seconds: int
    payments: Mapping[str, Mapping[str, object]]
    """How one can pay: providers with what their forms need. `test` takes no real money."""
    mails: bool
    """Buyers get a mail about their orders."""
    save_data: bool
    """The reader's request asks to save data: nothing is loaded for the picture before a tap."""


def render_home(
    env: jinja2.Environment,
    *,
    lang: str,
    live: Sequence[Page],
    upcoming: Sequence[Page],
    again: Sequence[Page] = (),
    clips: Sequence[Page] = (),
    path: str = "/",
) -> str:
    """`live`, `upcoming` and `again` (to be watched again) are Show JSON, in the order to be
    shown.
    """
    data = {"messages": messages_of(env).subset(lang, "home")}
    return render(
        env,
        "home.html",
        lang=lang,
        path=path,
        data=data,
        live=live,
        upcoming=upcoming,
        again=again,
        clips=clips,
    )


def render_archive(
    env: jinja2.Environment,
    *,
    lang: str,
    kind: Literal["replays", "clips"],
    items: Sequence[Page],
    earlier: str | None,
    later: bool,
) -> str:
    """Show or clip JSON by `kind`, the latest first. `earlier` is the slug after which the next
    page begins, None on the last one; `later` is false on the first.
    """
    return render(
        env,
        "archive.html",
        lang=lang,
        path=f"/{kind}",
        data={},
        kind=kind,
        items=items,
        earlier=earlier,
        later=later,
    )


def render_show(
    env: jinja2.Environment, *, lang: str, show: Page, base_url: str, **shop: Unpack[Shop]
) -> str:
    """The show page. `show` is Show JSON; `base_url` has no slash at its end."""
    data = _show_data(env, lang, show, shop) | {"embed": None, "clip": None}
    return render(
        env,
        "show.html",
        lang=lang,
        path=f"/s/{show['slug']}",
        data=data,
        show=show,
        base_url=base_url,
        stock=shop.get("stock", {}),
    )


def render_clip(
    env: jinja2.Environment,
    *,
    lang: str,
    show: Page,
    clip: Page,
    base_url: str,
    **shop: Unpack[Shop],
) -> str:
    """The page of a clip. `clip` is Clip JSON with the show's `others`."""
    data = _show_data(env, lang, show, shop) | {"embed": None, "clip": clip}
    return render(
        env,
        "clip.html",
        lang=lang,
        path=f"/c/{clip['slug']}",
        data=data,
        show=show,
        clip=clip,
        base_url=base_url,
        linked=_linked_clip(lang, show, clip),
        stock=shop.get("stock", {}),
    )


def _linked_clip(lang: str, show: Page, clip: Page) -> dict[str, object]:
    """What search engines read of it (schema.org VideoObject, with the show as its whole)."""
    title = clip["title"][lang]
    return {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": title,
        "description": f"{title}. {show['title'][lang]}",
        "thumbnailUrl": [clip["poster_url"]],
        "uploadDate": clip["from"],
        "duration": f"PT{max(1, round(clip['duration_s']))}S",
        "contentUrl": clip["mp4_url"],
        "url": clip["url"],
        "inLanguage": show["languages"],
        "isPartOf": {"@type": "CreativeWork", "name": show["title"][lang]},
    }


def render_embed(
    env: jinja2.Environment,
    *,
    lang: str,
    show: Page,
    theme: Page | None = None,
    clip: Page | None = None,
    chat: bool = True,
    **shop: Unpack[Shop],
) -> str:
    """The frame page. `theme` may hold `accent`, `accent_dark`, `ground`, `ground_dark` (#rrggbb),
    `font` (names of families) and `corners` (0 to 24 px); the script refuses an accent that cannot
    be read. Without `chat` the frame shows nothing of what people say.
    """
    data = _show_data(env, lang, show, shop) | {
        "chat": chat,
        "embed": {"theme": dict(theme) if theme else None},
        "clip": clip,
    }
    return render(
        env,
        "embed.html",
        lang=lang,
        path=f"/embed/{show['slug']}",
        data=data,
        show=show,
        stock=shop.get("stock", {}),
    )


def render_studio(
    env: jinja2.Environment,
    part: str = "studio",
    *,
    lang: str,
    markets: Sequence[Page] = (),
    payments_missing: Sequence[str] = (),
) -> str:
    """The one page of the studio and of the desk (`part`); its script signs in by itself.

    `markets`: {"code", "name": {en, ar}, "currency"} to schedule a show in. `payments_missing`
    names the settings without which nothing can be paid.
    """
    data = {
        "messages": messages_of(env).subset(lang, *STUDIO_WORDS, *SHARED_WORDS),
        "markets": list(markets),
        "payments_missing": list(payments_missing),
    }
    return render(env, "studio.html", lang=lang, path=f"/{part}", part=part, data=data)


def render_terms(
    env: jinja2.Environment, *, lang: str, path: str, terms: Page, seller: Mapping[str, str]
) -> str:
    """A version of what a seller lays down; `terms` is TermsOut JSON."""
    return render(
        env,
        "terms.html",
        lang=lang,
        path=path,
        data={},
        terms=terms,
        seller=seller,
        since=words.day(lang, datetime.fromisoformat(terms["since"])),
    )


def render_privacy(
    env: jinja2.Environment, *, lang: str, young: bool, operator: str, recipients: Sequence[str]
) -> str:
    """What is kept of whom and for how long, from the file by which it is deleted; `young`: in
    words for a child. `recipients` are ends of `privacy.to.…`.
    """
    shown = [
        {
            "name": each.name,
            "law": each.law,
            # What is deleted the moment it ends is there for as long as it lasts.
            "kept": None if each.kept is None else _in_words(each.kept or each.lasts),
            "about": each.about,
        }
        for each in data_classes()
    ]
    return render(
        env,
        "privacy.html",
        lang=lang,
        path="/privacy/young" if young else "/privacy",
        data={},
        young=young,
        operator=operator,
        recipients=recipients,
        people=[each for each in shown if each["about"] is About.PEOPLE],
        staff=[each for each in shown if each["about"] is About.STAFF],
    )


def _in_words(kept: timedelta | None) -> tuple[str, int]:
    """The largest unit that says it whole, as the end of `privacy.…`, and how many. Raises
    ValueError for less than a minute.
    """
    if kept and kept >= timedelta(days=730):
        return "years", kept.days // 365
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if kept and kept.total_seconds() % length == 0:
            return unit, int(kept.total_seconds()) // length
    raise ValueError(f"{kept} has no words")


def render_remote(env: jinja2.Environment, *, lang: str) -> str:
    """The page of a second device; its script reads the ticket behind the `#`, which no server
    sees.
    """
    data = {"messages": messages_of(env).subset(lang, *REMOTE_WORDS, *SHARED_WORDS)}
    return render(env, "remote.html", lang=lang, path="/remote", data=data)


def render_rehearsal(env: jinja2.Environment, *, lang: str, show_id: str) -> str:
    """The page of a show's rehearsals; its script asks the API, which answers the team alone."""
    words = (*SHOW_WORDS, "rehearsal", *SHARED_WORDS)
    data = {
        "messages": messages_of(env).subset(lang, *words),
        "home": f"/studio/shows/{show_id}",
        "rehearsal": {"show_id": show_id},
    }
    path = f"/rehearsals/{show_id}"
    return render(env, "rehearsal.html", lang=lang, path=path, data=data)


def render_account(
    env: jinja2.Environment, *, lang: str, mails: bool, countries: Sequence[str] = ()
) -> str:
    """A viewer's account; its script signs in by itself. `mails`: somebody can sign in by mail.
    `countries`: in which an address can be (ISO 3166-1 alpha-2).
    """
    data = {
        "messages": messages_of(env).subset(lang, *ACCOUNT_WORDS, *SHARED_WORDS),
        "mails": mails,
        "countries": list(countries),
    }
    return render(env, "account.html", lang=lang, path="/account", data=data)


def render_order(
    env: jinja2.Environment,
    *,
    lang: str,
    path: str,
    order: Page,
    timezone: str,
    is_export: bool,
    mails: bool,
    withdrawing: bool,
    may_withdraw: bool = True,
    terms: Sequence[Page] = (),
    due_back: Money | None = None,
    way_back: WayBack | None = None,
    proof_missing: str | None = None,
    choose_again: bool = False,
    may_claim: bool = False,
) -> str:
    """The buyer's page of an order; `order` is OrderDetail JSON. `is_export`: tax may come on top
    of what was paid; `mails`: the buyer gets mails about it. `may_withdraw`: the days for it are
    not over; `withdrawing`: the page asks for which goods that is meant, `due_back` is what comes
    back for all of them, and `choose_again`: what was chosen before could not be. `terms` are the
    seller's, TermsOut JSON, as they were agreed. `way_back` is how the goods go back once the buyer
    withdrew; `proof_missing`: what was sent to prove that they are on their way was not whole, for
    a `new` proof, or for one to be corrected, by how many withdrawals it covers. `may_claim`: it
    belongs to no account yet.
    """
    return render(
        env,
        "order.html",
        lang=lang,
        path=path,
        data={},
        order=order,
        left=Money(order["left"]["amount"], order["left"]["currency"]),
        way_back=way_back,
        proof_missing=proof_missing,
        choose_again=choose_again,
        choices=[
            (at, item)
            for at, item in enumerate(order["items"])
            if item["may_be_withdrawn"] and item["standing"]
        ],
        sum_of=lambda some: Money(some["amount"], some["currency"]),
        due_back=due_back or Money(order["left"]["amount"], order["left"]["currency"]),
        kept=[item for item in order["items"] if not item["may_be_withdrawn"]],
        lost_later=[
            item for item in order["items"] if item["no_withdrawal"] and item["may_be_withdrawn"]
        ],
        terms=terms,
        is_export=is_export,
        mails=mails,
        withdrawing=withdrawing and may_withdraw,
        may_withdraw=may_withdraw,
        may_claim=may_claim,
        token=path.rpartition("/")[2],
        when=lambda text: words.moment(lang, datetime.fromisoformat(text), timezone),
        until=lambda text: words.deadline(lang, datetime.fromisoformat(text), timezone),
        days=lambda first, last: words.days(
            lang, date.fromisoformat(first), date.fromisoformat(last)
        ),
    )


def render_error(
    env: jinja2.Environment,
    *,
    lang: str,
    code: str,
    status: int,
    params: Page | None = None,
    path: str = "/",
) -> str:
    """A refusal as a page: the sentence of `error.<code>`, or a general one for a code without
    words.
    """
    shown = code if messages_of(env).has(f"error.{code}") else "internal_error"
    return render(
        env,
        "error.html",
        lang=lang,
        path=path,
        data={},
        code=shown,
        status=status,
        params=params or {},
    )


def _show_data(env: jinja2.Environment, lang: str, show: Page, shop: Shop) -> dict[str, object]:
    return {
        "show": show,
        "stock": dict(shop.get("stock", {})),
        "country": shop.get("country") or str(show["market"]).upper(),
        "postal_code_needed": shop.get("postal_code_needed", True),
        "hold_seconds": shop.get("hold_seconds", 300),
        "payments": {name: dict(form) for name, form in shop.get("payments", {}).items()},
        "mails": shop.get("mails", False),
        "save_data": shop.get("save_data", False),
        "messages": messages_of(env).subset(lang, *SHOW_WORDS, *SHARED_WORDS),
        "chat": True,
    }
