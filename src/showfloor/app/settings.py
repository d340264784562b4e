"""All settings, read once from the environment (`SHOWFLOOR_…`) and handed on by `wiring`; no
service reads them itself.

docs/operate/settings.md describes each; a test compares the two.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from showfloor.checkout.adapters.stripe_keys import StripeKeys
from showfloor.kit.network import Proxies
from showfloor.kit.objects import check_address
from showfloor.notices.adapters.smtp import SmtpServer
from showfloor.shows.types import PublicUrls

SHORTEST_SECRET = 32
"""Characters."""
STRIPE_PREFIXES = {
    "stripe_secret_key": ("sk_", "rk_"),
    "stripe_webhook_secrets": ("whsec_",),
}
URLS = (
    *("base_url", "media_url", "rooms_url", "rtmp_url", "whip_url"),
    *("internal_web_url", "internal_media_url", "internal_rooms_url", "internal_rtc_url"),
)


class Settings(BaseSettings):
    """One machine's settings. URLs have no trailing slash; ports are TCP."""

    # What is refused may be a key in the wrong variable: no message repeats it.
    model_config = SettingsConfigDict(
        env_prefix="SHOWFLOOR_", extra="ignore", hide_input_in_errors=True
    )

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
    rtc_port: int = Field(8083, description="WHIP: offers of publishers by WebRTC")
    rtc_host: str = Field(
        "",
        description=(
            "address on which the media of WebRTC arrives, by UDP; 0.0.0.0: every address of the "
            "machine; empty: host"
        ),
    )
    rtc_ports: str = Field(
        "",
        description=(
            "UDP ports for it, one a publisher, 40000-40199 for example; empty: any free one"
        ),
    )
    rtc_sessions: int = Field(
        64, ge=1, le=1000, description="publishers by WebRTC at once; each takes a tenth of a core"
    )
    rtc_address: str = Field(
        "",
        description=(
            "public address of the machine where its own is another (address translation)"
        ),
    )
    operator: str = Field(
        "",
        description=(
            "who runs the site and how to reach them, in one line: the privacy notice names them"
        ),
    )
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
    whip_url: str = Field(
        "",
        description=("how browsers and encoders reach WHIP; empty: http://base host:rtc_port/whip"),
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
    internal_rtc_url: str = Field(
        "", description="how web reaches rtc on another machine; empty: http://host:rtc_port"
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
    stripe_secret_key: SecretStr = Field(
        SecretStr(""), description="sk_… or rk_…: takes payments through Stripe (payments.md)"
    )
    stripe_publishable_key: str = Field("", description="pk_… of the same account")
    stripe_webhook_secrets: SecretStr = Field(
        SecretStr(""),
        description=(
            "whsec_… of the endpoint that calls us; two with a comma between while one replaces "
            "the other"
        ),
    )
    stripe_api: str = Field("", description="only in mode test: a server that stands in for Stripe")
    stripe_script: str = Field(
        "", description="only in mode test: a script that stands in for Stripe's"
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description=(
            "smtp://user:password@host:587, or smtps://… for TLS from the first byte on: who "
            "carries our mails; empty: none are sent"
        ),
    )
    mail_from: str = Field("", description="the address that mails come from")
    disk_reserve_mb: int = Field(
        1024,
        ge=0,
        description=(
            "recording stops while less than so many MiB of the disk are free; the show goes on"
        ),
    )
    storage_url: str = Field(
        "",
        description=(
            "s3://bucket/folder: recordings are copied there (storage.md); empty: the disk alone"
        ),
    )
    storage_keep_days: int = Field(
        7,
        ge=0,
        le=3650,
        description="how long after a show its recording stays on the disk, too",
    )
    storage_free_mb: int = Field(
        4096,
        ge=0,
        description=(
            "below so many free MiB of the disk, the oldest recordings that were copied leave it "
            "earlier"
        ),
    )
    hold_seconds: int = Field(300, ge=5, le=3600, description="how long goods are held for a buyer")
    platform_fee: float = Field(
        0, ge=0, le=100, description="percent of the goods that sellers pay to whoever runs this"
    )
    provider_fee: float = Field(
        0, ge=0, le=100, description="percent that the payment provider takes of each payment"
    )
    provider_fee_fixed: int = Field(
        0, ge=0, le=1000, description="what it takes besides, in minor units: 25 is 0.25"
    )

    @field_validator("push_networks")
    @classmethod
    def _readable(cls, names: str) -> str:
        Proxies(names)
        return names

    @field_validator("rtc_ports")
    @classmethod
    def _range(cls, ports: str) -> str:
        found = re.fullmatch(r"(\d{4,5})-(\d{4,5})", ports)
        if ports and (found is None or not 1024 <= int(found[1]) <= int(found[2]) < 1 << 16):
            raise ValueError("needs two ports with a dash between: 40000-40199")
        return ports

    @field_validator("rtc_address")
    @classmethod
    def _address(cls, address: str) -> str:
        if address:
            ip_address(address)
        return address

    @field_validator("storage_url")
    @classmethod
    def _bucket(cls, url: str) -> str:
        return check_address(url.rstrip("/")) if url else ""

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

    @field_validator("stripe_secret_key", "stripe_webhook_secrets")
    @classmethod
    def _looks_like_theirs(cls, given: SecretStr, info: ValidationInfo) -> SecretStr:
        """A key in the wrong variable is found out at the start, not at the first buyer. The
        message repeats no part of it.
        """
        for each in _list(given.get_secret_value()):
            if not each.startswith(STRIPE_PREFIXES[str(info.field_name)]):
                raise ValueError("is not the kind of Stripe key that belongs here")
        return given

    @model_validator(mode="after")
    def _stripe_is_whole(self) -> Settings:
        if self.mode != "test" and (self.stripe_api or self.stripe_script):
            raise ValueError("stripe_api and stripe_script are for mode test alone")
        key, page = self.stripe_secret_key.get_secret_value(), self.stripe_publishable_key
        if page and not page.startswith("pk_"):
            raise ValueError("stripe_publishable_key begins with pk_")
        if key and page and ("_test_" in key) != ("_test_" in page):
            raise ValueError("one Stripe key is for testing and the other is not")
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        url = self.smtp_url.get_secret_value()
        if bool(url) != bool(self.mail_from):
            raise ValueError("smtp_url and mail_from belong together")
        if url and not re.fullmatch(r"[^@\s<>]+@[A-Za-z0-9.-]+", self.mail_from):
            raise ValueError("mail_from is an address: orders@shop.example")
        if url:
            SmtpServer.of(url, self.mail_from)
        return self

    @property
    def smtp_server(self) -> SmtpServer | None:
        """None as long as no mails are sent."""
        url = self.smtp_url.get_secret_value()
        return SmtpServer.of(url, self.mail_from) if url else None

    @property
    def stripe_keys(self) -> StripeKeys | None:
        """None as long as one is missing; `payments_missing` says which."""
        if any(name.startswith("stripe_") for name in self.payments_missing):
            return None
        if not self.stripe_secret_key.get_secret_value():
            return None
        return StripeKeys(
            self.stripe_secret_key.get_secret_value(),
            self.stripe_publishable_key,
            tuple(_list(self.stripe_webhook_secrets.get_secret_value())),
        )

    @property
    def payments_missing(self) -> list[str]:
        """Settings without which no money is taken. A demo needs none, unless one of them is
        there.
        """
        given = {
            "stripe_secret_key": self.stripe_secret_key.get_secret_value(),
            "stripe_publishable_key": self.stripe_publishable_key,
            "stripe_webhook_secrets": self.stripe_webhook_secrets.get_secret_value(),
        }
        if self.mode != "production" and not any(given.values()):
            return []
        return [name for name, value in given.items() if not value]

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS."""
        return self.public_urls.base.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether browsers reach us on their own machine."""
        host = urlsplit(self.public_urls.base).hostname or ""
        return host in ("127.0.0.1", "localhost") or host.endswith(".localhost")

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
            whip=self.whip_url or f"http://{host}:{self.rtc_port}/whip",
        )

    @property
    def rtc_port_range(self) -> range | None:
        """The UDP ports of `rtc_ports`."""
        if not self.rtc_ports:
            return None
        first, last = self.rtc_ports.split("-")
        return range(int(first), int(last) + 1)

    @property
    def publish_url(self) -> str:
        """Where `rtc` publishes what it receives."""
        return f"ws{self.internal_media.removeprefix('http')}/publish"

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
    def internal_rtc(self) -> str:
        return self.internal_rtc_url or f"http://{_in_url(self.host)}:{self.rtc_port}"

    @property
    def internal_rooms(self) -> str:
        return self.internal_rooms_url or f"http://{_in_url(self.host)}:{self.rooms_port}"

    @property
    def test_payments(self) -> Path:
        """Where the test payment provider keeps its own books, outside our database like any
        provider.
        """
        return self.data / "test-payments"


def _list(text: str) -> list[str]:
    """With commas between."""
    return [each.strip() for each in text.split(",") if each.strip()]


def _in_url(host: str) -> str:
    """An IPv6 address has brackets there (RFC 3986 §3.2.2)."""
    return f"[{host}]" if ":" in host else host
