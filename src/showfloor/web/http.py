"""The pages: what is live, a show, the studio. They are whole without script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import jinja2
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from showfloor.catalog import service as catalog
from showfloor.kit import messages
from showfloor.kit.db import Session
from showfloor.kit.errors import AppError
from showfloor.kit.http import SessionDep, language
from showfloor.markets import postcodes
from showfloor.markets.service import get_market, list_markets
from showfloor.shows import service as shows
from showfloor.shows.types import PublicUrls, Show, ShowState
from showfloor.stock import service as stock
from showfloor.web import pages
from showfloor.web.security import A_YEAR, page_headers

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@cache
def templates() -> jinja2.Environment:
    return pages.create_environment(messages.load())


def page(
    request: Request, html: str, status: int = 200, frame_ancestors: tuple[str, ...] = ()
) -> HTMLResponse:
    """The answer with its headers; a language chosen by `?lang=` is remembered."""
    urls: PublicUrls = request.app.state.urls
    lang = language(request)
    answer = HTMLResponse(html, status, page_headers(urls, lang, frame_ancestors))
    if request.query_params.get("lang") == lang and not frame_ancestors:
        answer.set_cookie(
            "lang", lang, max_age=A_YEAR, samesite="lax", secure=request.app.state.settings.secure
        )
    return answer


@router.get("/")
async def home(request: Request, session: SessionDep) -> Response:
    urls: PublicUrls = request.app.state.urls
    live = await shows.list_shows(
        session, states=[ShowState.LIVE, ShowState.INTERRUPTED], newest_first=True
    )
    live.sort(key=lambda show: show.state is not ShowState.LIVE)
    upcoming = await shows.list_upcoming(session)
    html = pages.render_home(
        templates(),
        lang=language(request),
        live=await shows.show_views(session, live, urls),
        upcoming=await shows.show_views(session, upcoming, urls),
    )
    return page(request, html)


@router.get("/s/{slug}")
async def show(slug: str, request: Request, session: SessionDep) -> Response:
    context = await show_context(request, session, await shows.find_public_show(session, slug))
    return page(
        request,
        pages.render_show(
            templates(), lang=language(request), base_url=request.app.state.urls.base, **context
        ),
    )


async def show_context(request: Request, session: Session, found: Show) -> dict[str, Any]:
    """What the show page and the frame page have in common."""
    settings = request.app.state.settings
    card = await shows.show_view(session, found, request.app.state.urls)
    market = get_market(found.market)
    return {
        "show": card,
        "stock": await _available(session, found.product_ids),
        "country": market.country,
        "postal_code_needed": postcodes.is_needed(market.country),
        "hold_seconds": settings.hold_seconds,
        "test_payments": settings.mode in ("demo", "test"),
    }


async def _available(session: Session, product_ids: Sequence[UUID]) -> dict[str, int]:
    """Pieces left by SKU, as the first state of the shelf; the room keeps it moving."""
    variants = [
        variant
        for product in await catalog.get_products(session, product_ids)
        for variant in product.variants
    ]
    left = await stock.stock_of(session, [variant.id for variant in variants])
    return {variant.sku: left[variant.id].available for variant in variants if variant.id in left}


@router.get("/studio")
@router.get("/studio/{rest:path}")
async def studio(request: Request) -> Response:
    markets = [
        {"code": market.code, "name": market.name, "currency": market.currency}
        for market in list_markets()
    ]
    return page(request, pages.render_studio(templates(), lang=language(request), markets=markets))


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
