"""Protocol of mail transports."""

from __future__ import annotations

from typing import Protocol

from showfloor.notices.types import Delivery, Letter


class Mailer(Protocol):
    async def send(self, letter: Letter) -> Delivery:
        """One attempt, bounded in time; raises nothing that a server or a network can cause."""
