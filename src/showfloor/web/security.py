"""Response headers of every page: a strict policy, so that a script that slipped in runs
nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from showfloor.shows.types import PublicUrls

A_YEAR = 365 * 24 * 3600
ORIGIN = re.compile(r"https://[a-z0-9.*-]+(:\d+)?")


PROVIDER_DIRECTIVES = frozenset({"script-src", "connect-src", "frame-src", "img-src"})
"""What a payment provider may need of a page that pays with it."""
Sources = Mapping[str, Sequence[str]]


LOCAL_ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
"""Of a test's own server, which stands in for a provider."""


def join_sources(providers: Iterable[Sources], *, local: bool = False) -> dict[str, list[str]]:
    """What all payment providers together need. Raises ValueError for anything but origins by
    https in a directive that a provider may ask for; `local` ones are for mode test alone.
    """
    joined: dict[str, list[str]] = {}
    for sources in providers:
        for directive, origins in sources.items():
            wrong = [
                origin
                for origin in origins
                if not ORIGIN.fullmatch(origin) and not (local and LOCAL_ORIGIN.fullmatch(origin))
            ]
            if directive not in PROVIDER_DIRECTIVES or wrong:
                raise ValueError(f"not for a payment provider: {directive} {' '.join(origins)}")
            joined.setdefault(directive, []).extend(origins)
    return joined


def page_headers(
    urls: PublicUrls,
    lang: str,
    frame_ancestors: Sequence[str] = (),
    provider_sources: Sources | None = None,
    *,
    publishes: bool = False,
    storage: Sequence[str] = (),
) -> dict[str, str]:
    """`frame_ancestors` are the origins that may show the page in a frame; none for a page of our
    own. `provider_sources` is what the payment providers need where something is sold. A page that
    `publishes` is the studio, where a host goes live with the device: it may ask for the camera.
    `storage` is where the segments of replays may be, besides here.
    """
    publishing = [urls.publish, urls.whip, f"{urls.whip}/"] if publishes else []
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": " ".join(["'self'", urls.media, urls.rooms, *publishing, *storage]),
        # hls.js feeds the video element from memory.
        "media-src": " ".join(["blob:", urls.media, *storage]),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(frame_ancestors) or "'none'",
    }
    for directive, origins in (provider_sources or {}).items():
        policy[directive] = " ".join([policy.get(directive, ""), *origins]).strip()
    devices = "(self)" if publishes else "()"
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Content-Language": lang,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": f"camera={devices}, microphone={devices}, geolocation=()",
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie, Save-Data",
    }
    return answer_headers(secure=urls.base.startswith("https://")) | headers


def answer_headers(*, secure: bool) -> dict[str, str]:
    """For every answer that is no page: nothing in it is ever run or shown in a frame."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    return headers
