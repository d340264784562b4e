"""The pages: what is live, a show, the studio. They are whole without script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from functools import cache
from typing import Literal, TypeVar
from urllib.parse import quote

import jinja2
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from showfloor.kit import ids, messages
from showfloor.kit.answers import language
from showfloor.kit.db import Session
from showfloor.kit.errors import AppError
from showfloor.kit.http import SessionDep
from showfloor.kit.recent import Recent
from showfloor.markets import postcodes
from showfloor.markets.service import get_market, list_markets
from showfloor.merchants import service as merchants
from showfloor.merchants.views import terms_view
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
from showfloor.web.templating import Page, create_environment

T = TypeVar("T")
_A_PAGE = 24
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@cache
def templates() -> jinja2.Environment:
    return create_environment(messages.load())


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
    found: list[Page],
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


def _public_clip(request: Request, clip: Clip) -> Page:
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


async def clip_json(request: Request, session: Session, clip: Clip) -> Page:
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


def show_json(request: Request, staged: ShowWithShelf) -> Page:
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
        "stock": {variant.sku: left.get(variant.id, NOTHING).for_sale for variant in variants},
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
    shown = pages.render_account(
        templates(), lang=language(request), mails=mails, countries=postcodes.list_countries()
    )
    return page(request, shown)


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
