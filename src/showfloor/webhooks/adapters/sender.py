"""One attempt after Standard Webhooks 1.0: the headers, the signatures, the answer."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks import Webhook

from showfloor.kit import clock, ids
from showfloor.kit.outbound import Outbound, OutboundFailed
from showfloor.kit.sealing import unseal
from showfloor.webhooks.rules import ATTEMPT_SECONDS
from showfloor.webhooks.types import Attempt, Outcome, Secrets

_MOST_READ = 65_536
"""Bytes of an answer: nothing in it matters, but who hangs up before it is over looks broken."""
_AGENT = "Showfloor-Webhooks/1"


class Sender:
    """Signs with the secrets of an endpoint, which `secret`, the installation's, unseals."""

    def __init__(
        self, outbound: Outbound, *, secret: str, seconds: float = ATTEMPT_SECONDS
    ) -> None:
        self._outbound = outbound
        self._secret = secret
        self._seconds = seconds

    async def send(self, attempt: Attempt) -> Outcome:
        """Raises Unreadable when the installation's secret is another than when the endpoint was
        made.
        """
        body, began = attempt.body.encode(), clock.monotonic()
        try:
            async with self._outbound.open(
                "POST",
                attempt.url,
                seconds=self._seconds,
                headers=self._headers(attempt, clock.now()),
                content=body,
            ) as answer:
                status, wait = answer.status, retry_after(answer.headers.get("retry-after"))
                with suppress(OutboundFailed):  # the status is the answer
                    await answer.read(_MOST_READ)
            return Outcome(status=status, retry_after=wait, took_ms=_since(began))
        except OutboundFailed as failed:
            return Outcome(reason=failed.reason, took_ms=_since(began))

    def _headers(self, attempt: Attempt, now: datetime) -> dict[str, str]:
        name = ids.encode("msg", attempt.message_id)
        keys = open_secrets(attempt.secrets, self._secret, attempt.endpoint_id.bytes, now)
        signed = [Webhook(key).sign(name, now, attempt.body) for key in keys]
        return {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }


def open_secrets(secrets: Secrets, secret: str, owner: bytes, now: datetime) -> list[str]:
    """The newest first; the one before it as long as both sign. Raises Unreadable."""
    sealed = [secrets.current]
    if secrets.previous and secrets.previous_until and now < secrets.previous_until:
        sealed.append(secrets.previous)
    return [unseal(secret, each, owner=owner) for each in sealed]


def retry_after(said: str | None) -> float | None:
    """Seconds or a date (RFC 9110 §10.2.3), as seconds from now; None for what is neither."""
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - clock.now()).total_seconds(), 0.0)


def _since(began: float) -> int:
    return int((clock.monotonic() - began) * 1000)
