"""Where the demo's mails arrive."""

from __future__ import annotations

from showfloor.app.demo import mailbox


def command() -> None:
    mailbox.mailbox()
