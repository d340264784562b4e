"""What `checkout` knows of a buyer, for the buyer."""

from __future__ import annotations

from showfloor.checkout import queries
from showfloor.kit import clock, csv
from showfloor.kit.db import Session
from showfloor.privacy.types import Reader, Row, Subject


async def _read(session: Session, subject: Subject, _key: str) -> list[Row]:
    """A row for each line of what was begun and not bought."""
    found = await queries.unfinished_of_buyer(session, subject)
    return [
        {
            "product": line.item.name[buyer.language],
            "options": line.item.options_text[buyer.language],
            "quantity": line.item.quantity,
            "total": csv.decimal(line.item.total),
            "currency": checkout.total.currency,
            "expires_at": clock.rfc3339(expires_at),
            "email": buyer.email,
            "name": buyer.address.name,
            "line1": buyer.address.line1,
            "line2": buyer.address.line2,
            "city": buyer.address.city,
            "postal_code": buyer.address.postal_code,
            "country": buyer.address.country,
        }
        for checkout, buyer, expires_at in found
        for line in checkout.lines
    ]


READER = Reader("checkout", _read)
