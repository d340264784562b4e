"""The website of one of the demo's brands: static pages on another site, under a strict policy of
its own.

It loads one script of ours and has one tag of ours; everything else on it is the brand's.
"""

from __future__ import annotations

import os
from pathlib import Path

import uvicorn
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from showfloor.app.demo.state import FILES, catalog, load
from showfloor.app.settings import Settings

PAGES = FILES / "brand-site"


def create_site(base_url: str, data: Path) -> Starlette:
    """The site; `base_url` is where Showfloor is."""
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=select_autoescape())
    policy = "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            f"script-src {base_url}",
            f"frame-src {base_url}",
            f"connect-src {base_url}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )

    async def home(request: Request) -> Response:
        lang = "ar" if request.query_params.get("lang") == "ar" else "en"
        goods = [entry for entry in catalog()["products"] if entry["brand"] == "loamwick"]
        # Read anew, because the host opens another show when somebody ends this one.
        state = load(data)
        assert state is not None
        html = pages.get_template("index.html").render(
            lang=lang, base_url=base_url, slug=state.slug, goods=goods
        )
        return HTMLResponse(
            html,
            headers={
                "Content-Security-Policy": policy,
                "Referrer-Policy": "strict-origin-when-cross-origin",
            },
        )

    static = [
        Mount("/media", StaticFiles(directory=FILES / "media")),
        Mount("/site", StaticFiles(directory=PAGES)),
    ]
    return Starlette(routes=[Route("/", home), *static])


def brand_site() -> None:
    """Run it; addresses come from the demo's supervisor."""
    settings = Settings()
    port = int(os.environ["SHOWFLOOR_DEMO_BRAND_PORT"])
    uvicorn.run(
        create_site(settings.public_urls.base, settings.data),
        host=settings.host,
        port=port,
        access_log=False,
        log_level="warning",
    )
