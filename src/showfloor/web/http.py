"""The pages: what is live, a show, the studio. They are whole without script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import cache
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, quote

import jinja2
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from showfloor.kit import ids, messages
from showfloor.kit.answers import chosen_language, language
from showfloor.kit.db import Session
from showfloor.kit.errors import AppError
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.recent import Recent
from showfloor.markets import postcodes
from showfloor.markets.service import get_market, list_markets
from showfloor.merchants import service as merchants
from showfloor.merchants.http import terms_view
from showfloor.orders import service as orders
from showfloor.orders.errors import WithdrawalInvalid
from showfloor.orders.http import check_receipts, receipt_answer, unguessed
from showfloor.orders.schemas import ReturnProofIn, WithdrawalIn
from showfloor.orders.types import Order
from showfloor.orders.views import due_back_of, due_for_everything, order_detail
from showfloor.replays import service as replays
from showfloor.replays.types import Clip, ClipState, ClipWithState
from showfloor.replays.views import clip_view
from showfloor.shows import service as shows
from showfloor.shows.types import PublicUrls, ShowState, ShowWithShelf
from showfloor.shows.views import show_view
from showfloor.stock import service as stock
from showfloor.stock.types import NOTHING
from showfloor.web import pages
from showfloor.web.security import A_YEAR, page_headers

T = TypeVar("T")
_LONGEST_FORM = 4096
_MOST_LINES = 250
_A_PAGE = 24
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@cache
def templates() -> jinja2.Environment:
    return pages.create_environment(messages.load())


def page(
    request: Request,
    html: str,
    status: int = 200,
    frame_ancestors: tuple[str, ...] = (),
    *,
    sells: bool = False,
    publishes: bool = False,
    lang: str | None = None,
) -> HTMLResponse:
    """The answer with its headers; a language chosen by `?lang=` is remembered. A page that `sells`
    may load what the payment providers need, one that `publishes` may ask for the camera.
    `lang` is the page's language where it is not the reader's.
    """
    urls: PublicUrls = request.app.state.urls
    lang = lang or language(request)
    sources = request.app.state.provider_sources if sells else None
    headers = page_headers(
        urls,
        lang,
        frame_ancestors,
        sources,
        publishes=publishes,
        storage=request.app.state.storage_origins,
    )
    answer = HTMLResponse(html, status, headers)
    if messages.match_language(request.query_params.get("lang")) == lang and not frame_ancestors:
        answer.set_cookie(
            "lang", lang, max_age=A_YEAR, samesite="lax", secure=request.app.state.settings.secure
        )
    return answer


@router.get("/")
async def home(request: Request, session: SessionDep) -> Response:
    lang = language(request)
    return page(request, await kept(request, lambda: _home(request, session), "home", lang))


async def kept(request: Request, render: Callable[[], Awaitable[str]], *key: Hashable) -> str:
    """The page as it was rendered in this second, for whoever asks: nothing on it is about the
    reader, and the room keeps what stands on it up to date.
    """
    pages_of_this_second: Recent[str] = request.app.state.pages
    return await pages_of_this_second.get(key, render)


async def _home(request: Request, session: Session) -> str:
    live = await shows.list_shows(
        session, states=[ShowState.LIVE, ShowState.INTERRUPTED], newest_first=True
    )
    live.sort(key=lambda show: show.state is not ShowState.LIVE)
    upcoming = await shows.list_upcoming(session)
    again = await shows.list_watchable(session)
    return pages.render_home(
        templates(),
        lang=language(request),
        live=[show_json(request, staged) for staged in await shows.with_shelves(session, live)],
        upcoming=[
            show_json(request, staged) for staged in await shows.with_shelves(session, upcoming)
        ],
        again=[show_json(request, staged) for staged in await shows.with_shelves(session, again)],
        clips=[_public_clip(request, clip) for clip in await replays.list_latest(session)],
    )


@router.get("/replays")
async def all_replays(request: Request, session: SessionDep, before: str | None = None) -> Response:
    """Every show that can be watched again, the latest first."""
    found = await shows.list_watchable(session, _A_PAGE + 1, before)
    staged = await shows.with_shelves(session, found)
    return _archive(request, "replays", [show_json(request, each) for each in staged], before)


@router.get("/clips")
async def all_clips(request: Request, session: SessionDep, before: str | None = None) -> Response:
    """Every public clip, the latest first."""
    found = await replays.list_latest(session, _A_PAGE + 1, before)
    return _archive(request, "clips", [_public_clip(request, each) for each in found], before)


def _archive(
    request: Request,
    kind: Literal["replays", "clips"],
    found: list[pages.Page],
    before: str | None,
) -> Response:
    """One page of `found`, which has one more if there is a next page. Who comes with an address of
    something that is gone begins at the newest.
    """
    if not found and before is not None:
        return RedirectResponse(f"/{kind}", 303)
    items = found[:_A_PAGE]
    html = pages.render_archive(
        templates(),
        lang=language(request),
        kind=kind,
        items=items,
        earlier=str(items[-1]["slug"]) if len(found) > len(items) else None,
        later=before is not None,
    )
    return page(request, html)


def _public_clip(request: Request, clip: Clip) -> pages.Page:
    return clip_view(ClipWithState(clip, ClipState.READY), request.app.state.urls).model_dump(
        mode="json"
    )


@router.get("/s/{slug}")
async def show(slug: str, request: Request, session: SessionDep) -> Response:
    lang = language(request)
    key = ("show", slug, lang, saves_data(request))
    html = await kept(request, lambda: _show(slug, request, session), *key)
    return page(request, html, sells=True)


async def _show(slug: str, request: Request, session: Session) -> str:
    found = await shows.find_public_show(session, slug)
    staged = await shows.with_shelf(session, found)
    return pages.render_show(
        templates(),
        lang=language(request),
        base_url=request.app.state.urls.base,
        show=show_json(request, staged),
        **await shop_of(request, session, staged),
    )


@router.get("/c/{slug}")
async def clip(slug: str, request: Request, session: SessionDep) -> Response:
    lang = language(request)
    key = ("clip", slug, lang, saves_data(request))
    html = await kept(request, lambda: _clip(slug, request, session), *key)
    return page(request, html, sells=True)


async def _clip(slug: str, request: Request, session: Session) -> str:
    found, its_show = await replays.find_clip(session, slug)
    staged = await shows.with_shelf(session, its_show)
    return pages.render_clip(
        templates(),
        lang=language(request),
        base_url=request.app.state.urls.base,
        show=show_json(request, staged),
        clip=await clip_json(request, session, found),
        **await shop_of(request, session, staged),
    )


async def clip_json(request: Request, session: Session, clip: Clip) -> pages.Page:
    """A clip with the others of its show."""
    urls: PublicUrls = request.app.state.urls
    listed = await replays.list_clips(session, person=None, show_id=clip.show_id)
    products = await replays.products_of(session, clip.show_id, [each.clip for each in listed])
    views = {
        each.clip.id: clip_view(each, urls, products.get(each.clip.id)).model_dump(mode="json")
        for each in listed
    }
    others = [view for clip_id, view in views.items() if clip_id != clip.id]
    return views[clip.id] | {"others": others}


def show_json(request: Request, staged: ShowWithShelf) -> pages.Page:
    """What the templates and the page's script read: the API's own model of the show."""
    return show_view(staged, request.app.state.urls).model_dump(mode="json")


def saves_data(request: Request) -> bool:
    """`Save-Data: on` (WICG, Save Data API §2): media are loaded when the reader asks for them."""
    return request.headers.get("save-data", "").strip().lower() == "on"


async def shop_of(request: Request, session: Session, staged: ShowWithShelf) -> pages.Shop:
    """What the show page and the frame page know besides the show. Stock is the first state of the
    shelf; the room keeps it moving.
    """
    settings = request.app.state.settings
    market = get_market(staged.show.market)
    variants = [variant for priced in staged.shelf for variant in priced.product.variants]
    left = await stock.stock_of(session, [variant.id for variant in variants])
    return {
        # Of what nobody counted nothing can be bought: it is sold out.
        "stock": {variant.sku: left.get(variant.id, NOTHING).available for variant in variants},
        "country": market.country,
        "postal_code_needed": postcodes.is_needed(market.country),
        "hold_seconds": settings.hold_seconds,
        "payments": dict(request.app.state.payment_forms),
        "mails": settings.smtp_server is not None,
        "save_data": saves_data(request),
    }


@router.get("/studio/orders", include_in_schema=False)
@router.get("/studio/orders/{order_id}", include_in_schema=False)
async def moved_orders(order_id: str = "") -> Response:
    """Where the orders stood before there was a desk."""
    return RedirectResponse(f"/desk/orders/{quote(order_id)}" if order_id else "/desk", 308)


@router.get("/studio")
@router.get("/studio/{rest:path}")
async def studio(request: Request) -> Response:
    """For hosts; may ask for the camera."""
    return page(request, _studio(request, "studio"), publishes=True)


@router.get("/desk")
@router.get("/desk/{rest:path}")
async def desk(request: Request) -> Response:
    """For the people of a seller: the same application."""
    return page(request, _studio(request, "desk"))


def _studio(request: Request, part: Literal["studio", "desk"]) -> str:
    markets = [
        {
            "code": market.code,
            "name": market.name,
            "currency": market.currency,
            "country": market.country,
        }
        for market in list_markets()
    ]
    missing = request.app.state.settings.payments_missing
    return pages.render_studio(
        templates(),
        part,
        lang=language(request),
        markets=markets,
        payments_missing=[f"SHOWFLOOR_{name.upper()}" for name in missing],
    )


@router.get("/o/{token}")
async def order(token: str, request: Request, session: SessionDep) -> Response:
    return await _order(token, request, session)


@router.get("/o/{token}/withdrawal")
async def ask_withdrawal(token: str, request: Request, session: SessionDep) -> Response:
    """The second step, which says what the next button does."""
    return await _order(token, request, session, withdrawing=True)


@router.post("/o/{token}/withdrawal")
async def withdraw(token: str, request: Request, session: SessionDep) -> Response:
    secret = request.app.state.settings.secret.encode()
    form = await _small_form(request, most=_MOST_LINES)
    found = await unguessed(request, lambda: orders.open_order(session, secret=secret, token=token))
    try:
        if form.get("choice") not in ("all", "pieces"):
            raise WithdrawalInvalid
        said = WithdrawalIn.model_validate({"token": token, **_chosen(found, form)})
        await orders.withdraw(
            session, secret=secret, token=token, pieces=said.pieces(), after=said.after
        )
    except (ValidationError, WithdrawalInvalid):
        return RedirectResponse(f"/o/{token}/withdrawal?choose=again", 303, _NO_REFERRER)
    return RedirectResponse(f"/o/{token}", 303, _NO_REFERRER)


def _chosen(order: Order, form: Mapping[str, str]) -> dict[str, object]:
    """What a form says of the goods; nothing is everything only where the form says so."""
    said: dict[str, object] = {"after": form.get("after", "0")}
    if form["choice"] == "pieces":
        counts = {item.sku: form.get(f"line-{at}", "0") for at, item in enumerate(order.items)}
        said["lines"] = [
            {"sku": sku, "quantity": count} for sku, count in counts.items() if count != "0"
        ]
    return said


@router.get("/o/{token}/receipt.pdf")
async def receipt(token: str, request: Request, database: DatabaseDep) -> Response:
    check_receipts(request)
    secret = request.app.state.settings.secret.encode()
    async with database.session() as session:
        found = await unguessed(
            request, lambda: orders.open_order(session, secret=secret, token=token)
        )
        drawn = await orders.write_receipt(session, found, _language_of(request, found))
    return await receipt_answer(found, drawn)


@router.post("/o/{token}/return-proof")
async def prove_return(token: str, request: Request, session: SessionDep) -> Response:
    """The buyer says with whom, and under which number, the goods are on their way back."""
    secret = request.app.state.settings.secret.encode()
    form = await _small_form(request)
    try:
        said = ReturnProofIn.model_validate({"token": token, **form})
    except ValidationError:
        which = form.get("covers", "")
        where = which if which.isascii() and which.isdigit() else "new"
        return RedirectResponse(f"/o/{token}?proof={where}#way-back", 303, _NO_REFERRER)
    await unguessed(
        request,
        lambda: orders.prove_return(
            session,
            secret=secret,
            token=token,
            carrier=said.carrier,
            tracking=said.tracking,
            covers=said.covers,
        ),
    )
    return RedirectResponse(f"/o/{token}#way-back", 303, _NO_REFERRER)


async def _small_form(request: Request, most: int = 20) -> dict[str, str]:
    """The fields of a form without files; nothing of one that is longer than any of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=most))
    except ValueError:
        return {}


async def _order(
    token: str, request: Request, session: Session, *, withdrawing: bool = False
) -> Response:
    """Its address is a secret: no other site learns it, no search engine and no cache keeps it."""
    settings = request.app.state.settings
    secret = settings.secret.encode()
    found = await unguessed(request, lambda: orders.open_order(session, secret=secret, token=token))
    lang = _language_of(request, found)
    agreed = await merchants.get_terms(session, found.terms)
    way_back = None
    if found.withdrawn_at is not None:
        way_back = await merchants.find_way_back(
            session, found.merchant_id, agreed, found.own_address
        )
    may_withdraw = orders.may_withdraw(found)
    html = pages.render_order(
        templates(),
        lang=lang,
        path=f"/o/{token}",
        order=order_detail(found).model_dump(mode="json"),
        timezone=get_market(found.market).timezone,
        is_export=found.quote is not None and found.quote.is_export,
        mails=settings.smtp_server is not None,
        terms=[terms_view(each).model_dump(mode="json") for each in agreed],
        due_back=due_for_everything(found) if withdrawing and may_withdraw else due_back_of(found),
        choose_again="choose" in request.query_params,
        way_back=way_back,
        proof_missing=request.query_params.get("proof"),
        withdrawing=withdrawing,
        may_withdraw=may_withdraw,
        may_claim=found.buyer is not None and found.buyer.viewer_id is None,
    )
    answer = page(request, html, lang=lang)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _language_of(request: Request, order: Order) -> str:
    """What the reader chose, or the language in which the order was placed."""
    bought_in = order.buyer.language if order.buyer else None
    return chosen_language(request) or bought_in or language(request)


@router.get("/terms/{terms_id}")
async def terms(terms_id: str, request: Request, session: SessionDep) -> Response:
    """A version of what a seller lays down, as it was and stays."""
    found, merchant = await merchants.find_terms(session, ids.parse("trm", terms_id))
    html = pages.render_terms(
        templates(),
        lang=language(request),
        path=f"/terms/{terms_id}",
        terms=terms_view(found).model_dump(mode="json"),
        seller=merchant.name,
    )
    return page(request, html)


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What is kept of whom, why and for how long."""
    return _privacy(request, young=False)


@router.get("/privacy/young")
async def privacy_young(request: Request) -> Response:
    """The same in words for a child."""
    return _privacy(request, young=True)


def _privacy(request: Request, *, young: bool) -> Response:
    settings = request.app.state.settings
    recipients = [
        "sellers",
        *(["stripe"] if settings.stripe_keys is not None else []),
        *(["mail"] if settings.smtp_server is not None else []),
        *(["storage"] if request.app.state.storage_origins else []),
        "nobody",
    ]
    html = pages.render_privacy(
        templates(),
        lang=language(request),
        young=young,
        operator=settings.operator,
        recipients=recipients,
    )
    return page(request, html)


@router.get("/account")
async def account(request: Request) -> Response:
    """A viewer's own: nothing on it is about anybody before its script has asked."""
    mails = request.app.state.settings.smtp_server is not None
    return page(request, pages.render_account(templates(), lang=language(request), mails=mails))


@router.get("/remote")
async def remote(request: Request) -> Response:
    return page(request, pages.render_remote(templates(), lang=language(request)))


@router.get("/rehearsals/{show_id}")
async def rehearsal(show_id: str, request: Request) -> Response:
    """The same for whoever asks, also about a show that there is not."""
    shown = ids.encode("show", ids.parse("show", show_id))
    html = pages.render_rehearsal(templates(), lang=language(request), show_id=shown)
    answer = page(request, html)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def error_page(request: Request, error: AppError) -> Response:
    """A refusal for somebody who looks at a page."""
    html = pages.render_error(
        templates(),
        lang=language(request),
        code=error.code,
        status=error.status,
        params=error.params,
        path="/",
    )
    return page(request, html, error.status)
