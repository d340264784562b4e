"""Periodic jobs of `notices`."""

from __future__ import annotations

from datetime import datetime

from showfloor.kit.db import Database
from showfloor.notices import service
from showfloor.notices.adapters.mailer import Mailer
from showfloor.notices.service import MAILS
from showfloor.notices.views import Office

__all__ = ["MAILS", "send_mails"]


async def send_mails(database: Database, *, mailer: Mailer, office: Office) -> datetime | None:
    return await service.send_due(database, mailer, office)
