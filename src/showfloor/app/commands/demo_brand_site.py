"""The demo brand's own website."""

from __future__ import annotations

from showfloor.app.demo import brand_site


def command() -> None:
    brand_site.brand_site()
