"""Mails look alike because they have one frame."""

from __future__ import annotations

import pytest

from showfloor.notices.views import TEMPLATES

FRAME = "mail.html"
MAILS = sorted({file.name for file in TEMPLATES.glob("*.html")} - {FRAME})


@pytest.mark.parametrize("name", MAILS)
def test_mail_extends_the_frame_and_repeats_none_of_it(name: str) -> None:
    words = (TEMPLATES / name).read_text()

    assert words.startswith(f"{{% extends '{FRAME}' %}}")
    assert "<style" not in words and "<body" not in words
