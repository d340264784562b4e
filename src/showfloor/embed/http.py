"""Routes for brands' websites: `/embed.js`, `/embed/{slug}`, `/oembed`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from showfloor.embed.schemas import FrameCheck, OEmbed
from showfloor.embed.views import oembed_view
from showfloor.kit.answers import language
from showfloor.kit.db import Session
from showfloor.kit.http import SessionDep
from showfloor.kit.recent import Recent
from showfloor.merchants import service as merchants
from showfloor.replays import service as replays
from showfloor.replays.errors import ClipNotFound
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import ShowWithShelf
from showfloor.web import pages
from showfloor.web.files import built_file
from showfloor.web.http import clip_json, page, saves_data, shop_of, show_json, templates
from showfloor.web.templating import STATIC

router = APIRouter(include_in_schema=False)
FONT = re.compile(r"[\w ,'\"-]{1,80}")
"""Names of font families; the page's script checks them again."""
COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
FRAME_WIDTH, FRAME_HEIGHT = 400, 711
Size = Annotated[int, Query(ge=1)]
"""CSS pixels: 9 to 16, a phone's picture."""


@router.get("/embed.js")
async def loader(request: Request) -> Response:
    """The one script of ours on a brand's page; five minutes of cache, because its address carries
    no version.
    """
    headers = {
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return built_file(str(STATIC / "embed.js"), request.headers, headers)


@router.get("/embed/{slug}")
async def frame(
    slug: str,
    request: Request,
    session: SessionDep,
    accent: str | None = None,
    accent_dark: str | None = None,
    ground: str | None = None,
    ground_dark: str | None = None,
    font: str | None = None,
    corners: Annotated[int | None, Query(ge=0, le=24)] = None,
    clip: str | None = None,
    chat: Literal["on", "off"] = "on",
) -> Response:
    """The show inside a frame; browsers show it only under origins that the show's merchants
    registered (CSP 3, frame-ancestors).
    """
    given = {
        "accent": accent,
        "accent_dark": accent_dark,
        "ground": ground,
        "ground_dark": ground_dark,
    }
    theme: dict[str, str | int] = {
        name: value for name, value in given.items() if value and COLOUR.fullmatch(value)
    }
    if font and FONT.fullmatch(font):
        theme["font"] = font
    if corners is not None:
        theme["corners"] = corners
    frames: Recent[tuple[str, tuple[str, ...]]] = request.app.state.frames
    html, origins = await frames.get(
        (slug, language(request), saves_data(request), tuple(theme.items()), clip, chat),
        lambda: _frame(slug, request, session, theme, clip, chat=chat == "on"),
    )
    return page(request, html, frame_ancestors=origins, sells=True)


async def _frame(
    slug: str,
    request: Request,
    session: Session,
    theme: dict[str, str | int],
    clip: str | None,
    *,
    chat: bool,
) -> tuple[str, tuple[str, ...]]:
    """The page, and the origins that may show it."""
    staged = await shows.with_shelf(session, await shows.find_public_show(session, slug))
    origins = await _origins(session, staged)
    part = None
    if clip is not None:
        found, its_show = await replays.find_clip(session, clip)
        if its_show.id != staged.show.id:
            raise ClipNotFound
        part = await clip_json(request, session, found)
    html = pages.render_embed(
        templates(),
        clip=part,
        chat=chat,
        lang=language(request),
        theme=theme or None,
        show=show_json(request, staged),
        **await shop_of(request, session, staged),
    )
    return html, tuple(origins) or ("'none'",)


async def _origins(session: Session, staged: ShowWithShelf) -> list[str]:
    """Where the show may be framed: on the websites of those who sell in it."""
    return list(
        await merchants.allowed_origins(session, {priced.merchant.id for priced in staged.shelf})
    )


@router.get("/embed/{slug}/check")
async def check(slug: str, request: Request, response: Response, session: SessionDep) -> FrameCheck:
    """Why a frame stays empty: a browser tells that to nobody. The loader asks after the fact."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-store"
    try:
        staged = await shows.with_shelf(session, await shows.find_public_show(session, slug))
    except ShowNotFound:
        return FrameCheck(code="show_not_found")
    allowed = request.headers.get("origin") in await _origins(session, staged)
    return FrameCheck(code=None if allowed else "origin_not_allowed")


@router.get("/oembed")
async def oembed(
    url: str,
    request: Request,
    session: SessionDep,
    maxwidth: Size = FRAME_WIDTH,
    maxheight: Size = FRAME_HEIGHT,
) -> OEmbed:
    """oEmbed 1.0 (oembed.com §2.3.4.4 "rich"): a website's editor turns the show's address into a
    frame.
    """
    base = request.app.state.urls.base
    path = url.removeprefix(f"{base}/s/").split("?", 1)[0].strip("/")
    if not url.startswith(f"{base}/s/") or "/" in path:
        raise ShowNotFound
    show = await shows.find_public_show(session, path)
    width, height = min(maxwidth, FRAME_WIDTH), min(maxheight, FRAME_HEIGHT)
    html = (
        templates()
        .get_template("oembed.html")
        .render(base_url=base, slug=show.slug, width=width, height=height)
    )
    return oembed_view(show, html, base=base, lang=language(request), size=(width, height))
