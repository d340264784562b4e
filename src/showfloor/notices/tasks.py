"""Periodic jobs of `notices`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.notices import service
from showfloor.notices.adapters.mailer import Mailer
from showfloor.notices.service import MAILS
from showfloor.notices.views import Office

__all__ = ["MAILS", "remind_of_shows", "send_mails"]


async def send_mails(database: Database, *, mailer: Mailer, office: Office) -> datetime | None:
    return await service.send_due(database, mailer, office)


async def remind_of_shows(database: Database) -> None:
    """Mails about shows that start within the hour, to whoever wants one."""
    async with database.session() as session:
        await service.remind_of_upcoming(session)
