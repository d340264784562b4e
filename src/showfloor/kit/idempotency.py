"""One answer per `Idempotency-Key`: the same key and body get the first answer again, the same key
with another body is refused.

The answer is stored in the transaction of its effect, so there is never an effect without its
answer or the reverse. Two requests that arrive together with one key wait for each other on the
key's row. Keys are chosen by callers; 16 characters and more keep two strangers from meeting on the
key "1".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit import clock
from showfloor.kit.db import Base, Connection, Session, delete_batch, fetch, write
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired
from showfloor.kit.retention import kept_for

SHORTEST_KEY, LONGEST_KEY = 16, 255
KEPT_FOR = kept_for("answer")


class IdempotentAnswer(Base):
    __tablename__ = "idempotent_answer"
    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None]  # the answer of any route
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    status: int
    body: dict[str, Any]  # the answer of any route


def check_key(key: str | None) -> str:
    """The key, or IdempotencyKeyRequired when it is missing or too short to be one caller's own."""
    if key is None or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise IdempotencyKeyRequired(shortest=SHORTEST_KEY)
    return key


def fingerprint(body: object) -> bytes:
    """The same for bodies that mean the same: keys sorted, no white space."""
    return sha256(
        json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()
    ).digest()


async def claim(
    connection: Connection, scope: str, key: str, request: bytes
) -> StoredAnswer | None:
    """The first answer if there is one, else None and the key is ours until this transaction ends.

    `scope` keeps routes and people apart ("checkout.pay:chk_…"). Raises IdempotencyConflict for
    another body.
    """
    ((first_request, status, body),) = await fetch(
        connection,
        # An update that changes nothing locks the row of whoever came first, and waits for it.
        """
        insert into idempotent_answer (scope, key, request, at)
        values (%(scope)s, %(key)s, %(request)s, %(at)s)
        on conflict (scope, key) do update set at = idempotent_answer.at
        returning request, status, body
        """,
        {"scope": scope, "key": _digest(key), "request": request, "at": clock.now()},
    )
    if bytes(first_request) != request:
        raise IdempotencyConflict
    return None if status is None or body is None else StoredAnswer(status, body)


def add(connection: Connection, scope: str, key: str, request: bytes, answer: StoredAnswer) -> None:
    """`claim` and `remember` in one, sent with the commit, for whoever knows that there was no
    answer yet. The commit raises Collided when there is one by then.
    """
    write(
        connection,
        """
        insert into idempotent_answer (scope, key, request, at, status, body)
        values (%(scope)s, %(key)s, %(request)s, %(at)s, %(status)s, %(body)s)
        """,
        {
            "scope": scope,
            "key": _digest(key),
            "request": request,
            "at": clock.now(),
            "status": answer.status,
            "body": Jsonb(answer.body),
        },
    )


def remember(connection: Connection, scope: str, key: str, answer: StoredAnswer) -> None:
    """Store the answer beside its effect, in the caller's transaction."""
    write(
        connection,
        """
        update idempotent_answer set status = %(status)s, body = %(body)s
        where scope = %(scope)s and key = %(key)s
        """,
        {
            "scope": scope,
            "key": _digest(key),
            "status": answer.status,
            "body": Jsonb(answer.body),
        },
    )


def _digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


async def forget_old(session: Session) -> int:
    """Answers are kept a day, as long as any client retries. One batch; how many went."""
    return await delete_batch(
        session, IdempotentAnswer, IdempotentAnswer.at < clock.now() - KEPT_FOR
    )
