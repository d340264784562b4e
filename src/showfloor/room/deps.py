"""What the routes of `room` need beside a session; built once by `app/wiring`, found at
`app.state.room`.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from showfloor.kit import clock
from showfloor.kit.network import client_network
from showfloor.kit.pace import Pace
from showfloor.kit.recent import Recent
from showfloor.media.types import MediaMoment
from showfloor.room.schemas import MessagesOut, QuestionsOut
from showfloor.room.service.hearts import HeartBatcher
from showfloor.stock import service as stock

Ask = Callable[[UUID], Awaitable[MediaMoment]]
"""The newest media of a show, from `streaming`."""


KEPT_SECONDS = 1.0


class RoomDeps:
    """`secret` keys the digests of networks and the addresses of orders' pages."""

    def __init__(self, *, secret: str) -> None:
        self.pace = Pace()
        self.newest: Recent[MessagesOut] = Recent(seconds=KEPT_SECONDS, most=1000)
        """The last message of each show, with the pinned one: all who watch ask for it at once when
        one is pinned. Longer answers are not kept: a thousand of them would fill the memory.
        """
        self.questions: Recent[QuestionsOut] = Recent(seconds=KEPT_SECONDS, most=200)
        """Of each show: who has them open asks at once when one is answered."""
        self.hearts = HeartBatcher()
        self.on_air: Recent[bool] = Recent(seconds=KEPT_SECONDS, most=1000)
        """By show: asked for every heart."""
        self.secret = secret.encode()
        self._behind: Recent[timedelta] = Recent(seconds=2.0, most=1000)

    def network(self, address: str) -> bytes:
        return stock.client_digest(self.secret, client_network(address))

    def reporter(self, message_id: UUID, address: str) -> bytes:
        """Of who reports a message: of no use for another one, nor to find what else the same
        network wrote, reported or bought.
        """
        about = b"showfloor report v1:" + message_id.bytes + client_network(address).encode()
        return hmac.digest(self.secret, about, sha256)[:16]

    async def media_now(self, show_id: UUID, ask: Ask) -> datetime:
        """This moment on the show clock. `streaming` is asked every two seconds at most, however
        many write: in between the show clock goes on as ours does.
        """

        async def behind() -> timedelta:
            at = (await ask(show_id)).at
            # Nobody publishes, or nobody answers: the show clock follows the time of day.
            return clock.now() - at if at else timedelta()

        late = await self._behind.get(show_id, behind)
        return clock.now() - late
