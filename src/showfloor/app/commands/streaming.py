"""RTMP in, LL-HLS out."""

from __future__ import annotations

from showfloor.app.terminal import settings_with
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.server import run


def command() -> None:
    settings = settings_with("internal_token")
    run(
        StreamingConfig(
            proxies=settings.proxies,
            push_networks=settings.allowed_push_networks,
            web_url=settings.internal_web,
            internal_token=settings.internal_token,
            data_dir=settings.data,
            disk_reserve_bytes=settings.disk_reserve_mb << 20,
            rtmp_host=settings.rtmp_host or settings.host,
            rtmp_port=settings.rtmp_port,
            http_host=settings.host,
            http_port=settings.media_port,
        )
    )
