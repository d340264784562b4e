"""Response headers of every page: a strict policy, so that a script that slipped in runs
nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.shows.types import PublicUrls

A_YEAR = 365 * 24 * 3600


def page_headers(
    urls: PublicUrls, lang: str, frame_ancestors: Sequence[str] = ()
) -> dict[str, str]:
    """`frame_ancestors` are the origins that may show the page in a frame; none for a page of our
    own.
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self' {urls.media} {urls.rooms}",
        # hls.js feeds the video element from memory ; its worker is a file of our own origin.
        "media-src": f"blob: {urls.media}",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(frame_ancestors) or "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Content-Language": lang,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie",
    }
    if urls.base.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    return headers
