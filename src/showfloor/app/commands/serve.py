"""Every process of one machine, configured by SHOWFLOOR_… variables."""

from __future__ import annotations

from showfloor.app.serve import run
from showfloor.app.settings import Settings
from showfloor.app.terminal import settings_with


def command() -> None:
    settings = Settings()
    made = [name for name in ("secret", "internal_token") if not getattr(settings, name)]
    run(settings_with(*({"secret", "internal_token"} - set(made))), made)
