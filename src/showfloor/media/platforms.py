"""What other networks ask of a broadcast, as data with source and date.

A rule that forbids stops a destination before it starts; one that advises is shown to the host. The
sentences are in the catalog (`platform_rule.<code>`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read, and when."""

    name: str
    read_on: date
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """`hosts` are endings of its servers' names: a destination with such an address is under its
    rules whatever it is called. `address` is empty where every account gets its own.
    """

    code: str
    title: str
    address: str = ""
    hosts: tuple[str, ...] = ()
    most_kbps: int | None = None
    """Video, advised."""
    bit_rate_source: Source | None = None
    portrait_source: Source | None = None
    """Set where it shows upright pictures best."""
    no_shop_source: Source | None = None
    """Set where a session that sells may not be sent elsewhere at the same time."""


_READ = date(2026, 11, 26)

PLATFORMS = (
    Platform(
        "youtube", "YouTube", "rtmps://a.rtmps.youtube.com/live2", ("youtube.com", "google.com")
    ),
    Platform(
        "twitch",
        "Twitch",
        "rtmps://live.twitch.tv/app",
        ("twitch.tv", "live-video.net"),
        most_kbps=6000,
        bit_rate_source=Source(
            "Twitch, Broadcasting Guidelines",
            _READ,
            "https://help.twitch.tv/s/article/broadcasting-guidelines",
        ),
    ),
    Platform(
        "facebook",
        "Facebook",
        "rtmps://live-api-s.facebook.com:443/rtmp",
        ("facebook.com",),
    ),
    Platform(
        "instagram",
        "Instagram",
        "rtmps://live-upload.instagram.com:443/rtmp",
        ("instagram.com",),
        most_kbps=6000,
        bit_rate_source=Source("Instagram, Live Producer: recommended settings", _READ),
        portrait_source=Source("Instagram, Live Producer: recommended settings", _READ),
    ),
    Platform("x", "X", "", ("pscp.tv", "x.com", "twitter.com")),
    Platform(
        "tiktok",
        "TikTok",
        "",
        ("tiktok.com", "tiktokcdn.com", "tiktokcdn-us.com", "tiktokv.com"),
        portrait_source=Source("TikTok LIVE Studio: an upright picture fills the phone", _READ),
        no_shop_source=Source(
            "TikTok Shop by Tokopedia, LIVE policy of 26 August 2025: simulcasting and "
            "multicasting are not allowed",
            _READ,
        ),
    ),
    Platform("custom", "RTMP"),
)
_BY_CODE = {platform.code: platform for platform in PLATFORMS}


def find(code: str) -> Platform | None:
    return _BY_CODE.get(code)


def platform_of(code: str, url: str) -> Platform:
    """Whose rules hold: the network that the address leads to, else the one that was named."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    for platform in PLATFORMS:
        if any(host == name or host.endswith(f".{name}") for name in platform.hosts):
            return platform
    return _BY_CODE.get(code, _BY_CODE["custom"])
