"""All settings, read once from the environment (`SHOWFLOOR_…`) and handed on by `wiring`; no
service reads them itself.

docs/operate/settings.md describes each; a test compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from showfloor.kit.network import Proxies
from showfloor.shows.types import PublicUrls

SHORTEST_SECRET = 32
"""Characters."""
URLS = (
    *("base_url", "media_url", "rooms_url", "rtmp_url"),
    *("internal_web_url", "internal_media_url", "internal_rooms_url"),
)


class Settings(BaseSettings):
    """One machine's settings. URLs have no trailing slash; ports are TCP."""

    model_config = SettingsConfigDict(env_prefix="SHOWFLOOR_", extra="ignore")

    mode: Literal["demo", "test", "production"] = Field(
        "production", description="demo and test allow the test payment provider"
    )
    data: Path = Field(
        Path("data"),
        description="folder for the embedded database, recordings and generated secrets",
    )
    database_url: str = Field(
        "", description="postgresql://… of a managed server; empty: the embedded one"
    )
    rooms_database_url: str = Field(
        "", description="the same database for fanout, as a role that may only SELECT"
    )
    host: str = Field("127.0.0.1", description="address on which the servers listen")
    rtmp_host: str = Field(
        "",
        description="address on which RTMP listens, when cameras come from elsewhere; empty: host",
    )
    proxies: str = Field(
        "127.0.0.1",
        description="whose X-Forwarded-For is believed: addresses or networks, with commas between",
    )
    port: int = Field(8080, description="pages and API")
    media_port: int = Field(8081, description="video over HTTP")
    rooms_port: int = Field(8082, description="room events")
    rtmp_port: int = Field(1935, description="RTMP ingest")
    base_url: str = Field(
        "", description="how browsers reach pages and API; empty: http://localhost:port"
    )
    media_url: str = Field(
        "", description="how browsers reach the video; empty: base host with media_port"
    )
    rooms_url: str = Field(
        "", description="how browsers reach the rooms; empty: base host with rooms_port"
    )
    rtmp_url: str = Field(
        "", description="what hosts type into OBS; empty: rtmp://base host:rtmp_port/live"
    )
    internal_web_url: str = Field(
        "", description="how streaming reaches web on another machine; empty: http://host:port"
    )
    internal_media_url: str = Field(
        "",
        description="how web reaches streaming on another machine; empty: http://host:media_port",
    )
    internal_rooms_url: str = Field(
        "", description="how web reaches fanout on another machine; empty: http://host:rooms_port"
    )
    secret: str = Field(
        "",
        description=(
            "signs hold tokens, previews and callbacks; at least 32 characters; empty: serve and "
            "demo make one and keep it in the data folder"
        ),
    )
    internal_token: str = Field(
        "",
        description=(
            "shared by web and streaming; at least 32 characters; empty: serve and demo make one "
            "and keep it in the data folder"
        ),
    )
    push_networks: str = Field(
        "",
        description=(
            "addresses or networks, with commas between, that shows may be sent to besides the "
            "public internet; demo and test allow all"
        ),
    )
    hold_seconds: int = Field(300, ge=5, le=3600, description="how long goods are held for a buyer")

    @field_validator("push_networks")
    @classmethod
    def _readable(cls, names: str) -> str:
        Proxies(names)
        return names

    @field_validator("data")
    @classmethod
    def _absolute(cls, data: Path) -> Path:
        """Servers run with another working folder than ours."""
        return data.resolve()

    @field_validator(*URLS)
    @classmethod
    def _whole(cls, url: str) -> str:
        """Everything is added behind it, with a slash in between."""
        if url and not re.match("[a-z]+://[^/]", url):
            raise ValueError("needs a scheme and a host: https://live.example")
        return url.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS."""
        return self.public_urls.base.startswith("https://")

    @property
    def own_hosts(self) -> frozenset[str]:
        """The names and addresses under which `web` answers."""
        urls = (self.public_urls.base, self.internal_web)
        names = {urlsplit(url).hostname or "" for url in urls} | {self.host, "::1"}
        return frozenset({*map(_in_url, names), "localhost", "127.0.0.1"})

    @property
    def public_urls(self) -> PublicUrls:
        base = self.base_url or f"http://localhost:{self.port}"
        host = _in_url(urlsplit(base).hostname or "")
        return PublicUrls(
            base=base,
            media=self.media_url or f"http://{host}:{self.media_port}",
            rooms=self.rooms_url or f"http://{host}:{self.rooms_port}",
            rtmp=self.rtmp_url or f"rtmp://{host}:{self.rtmp_port}/live",
        )

    @property
    def allowed_push_networks(self) -> str:
        """Outside production, destinations may be on the same machine."""
        return self.push_networks if self.mode == "production" else "0.0.0.0/0, ::/0"

    @property
    def internal_web(self) -> str:
        return self.internal_web_url or f"http://{_in_url(self.host)}:{self.port}"

    @property
    def internal_media(self) -> str:
        return self.internal_media_url or f"http://{_in_url(self.host)}:{self.media_port}"

    @property
    def internal_rooms(self) -> str:
        return self.internal_rooms_url or f"http://{_in_url(self.host)}:{self.rooms_port}"

    @property
    def test_payments(self) -> Path:
        """Where the test payment provider keeps its own books, outside our database like any
        provider.
        """
        return self.data / "test-payments"


def _in_url(host: str) -> str:
    """An IPv6 address has brackets there (RFC 3986 §3.2.2)."""
    return f"[{host}]" if ":" in host else host
