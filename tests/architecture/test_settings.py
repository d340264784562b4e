"""Every setting is described where an operator looks."""

from __future__ import annotations

import re

from showfloor.app.settings import Settings
from tests.architecture.sources import ROOT


def test_settings_page_lists_every_setting_and_no_other() -> None:
    page = (ROOT / "docs" / "operate" / "settings.md").read_text("utf-8")

    assert set(re.findall(r"`SHOWFLOOR_([A-Z_]+)`", page)) == {
        name.upper() for name in Settings.model_fields
    }
