"""The mails that the demo's worker sends, as whoever gets them reads them."""

from __future__ import annotations

import re

from showfloor.app.demo.mailbox import Mailbox
from tests.journeys.conftest import Installation
from tests.waiting import BOUND, until_blocking


def code_in_mail(demo: Installation, address: str) -> str:
    """With which a viewer signs in."""
    return _found_in_mail(demo, address, r"^(\d{3} \d{3})\r?$")


def link_in_mail(demo: Installation, address: str) -> str:
    """By which somebody joins a team."""
    return _found_in_mail(demo, address, r"(https?://\S+/studio/join\S*#\S+)")


def _found_in_mail(demo: Installation, address: str, pattern: str) -> str:
    mailbox = Mailbox(demo.data)
    until_blocking(
        lambda: any(mail.to == address for mail in mailbox.newest()),
        within=BOUND,
        otherwise=lambda: f"no mail came to {address}",
    )
    text = next(mail.text for mail in mailbox.newest() if mail.to == address)
    found = re.search(pattern, text, re.MULTILINE)
    assert found, text
    return found[1]
