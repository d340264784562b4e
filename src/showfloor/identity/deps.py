"""The gate as HTTP speaks to it: who is refused by the cookie of an earlier refusal, and what a
browser may not say for the person in front of it. Built once by `app/wiring`, found at
`app.state.gate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from showfloor.identity.errors import AgeRefused
from showfloor.identity.rules import REFUSED_FOR, is_refused, refusal_mark
from showfloor.identity.schemas import AgeIn
from showfloor.identity.service import Gate
from showfloor.identity.types import AccountAge, Admission, CollectionPoint
from showfloor.kit import clock
from showfloor.kit.errors import ValidationFailed

A = TypeVar("A", bound=AgeIn)
BROWSER_FIELDS = ("origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
"""Header fields that browsers send with what a page asks for (Fetch, Metadata Request Headers), and
that no script of a page can leave out.
"""


class HttpGate:
    """`secure`: browsers reach us by HTTPS. `local`: they run on this machine, and trust it as if
    they did (Secure Contexts §3.1).
    """

    def __init__(self, gate: Gate, *, secure: bool, local: bool = False) -> None:
        self.gate = gate
        self._secure = secure
        self._trusted = secure or local

    def admit(
        self, request: Request, point: CollectionPoint, given: AgeIn, country: str | None = None
    ) -> Admission:
        """As `Gate.admit`, for a browser that was not refused within a day.

        Raises ValidationFailed for a body that is not declared as JSON: a form on somebody else's
        website can send it without asking, and would have a visitor of it refused for a day.
        """
        if not _is_json(request):
            raise ValidationFailed(
                extra={"fields": [{"path": "header/content-type", "problem": "not_json"}]}
            )
        self.check(request)
        answer = given.answer(country)
        if any(name in request.headers for name in BROWSER_FIELDS):
            answer = given.model_copy(update={"adult": None}).answer(country)
        with self._marking():
            return self.gate.admit(point, answer)

    def check_account(
        self, point: CollectionPoint, said: AccountAge, country: str | None
    ) -> Admission:
        """As `Gate.check_account`; the browser is refused for a day, so that signing out is no way
        around it.
        """
        with self._marking():
            return self.gate.check_account(point, said, country)

    @contextmanager
    def _marking(self) -> Iterator[None]:
        try:
            yield
        except AgeRefused as refused:
            refused.headers = {"Set-Cookie": self._mark()}
            raise

    def check(self, request: Request) -> None:
        """Raises AgeRefused for a browser that was refused within a day."""
        if is_refused(request.cookies.get(self.cookie), clock.now()):
            raise AgeRefused

    @property
    def cookie(self) -> str:
        """`__Host-` needs HTTPS (RFC 6265bis §4.1.3.2)."""
        return "__Host-gate" if self._secure else "gate"

    def _mark(self) -> str:
        """Partitioned, so that it is kept in the frame on a brand's site, too (CHIPS): there every
        other cookie of ours is a third party's.
        """
        seconds = int(REFUSED_FOR.total_seconds())
        kept = f"{self.cookie}={refusal_mark(clock.now())}; Path=/; Max-Age={seconds}; HttpOnly"
        within = "; Secure; SameSite=None; Partitioned" if self._trusted else "; SameSite=Lax"
        return kept + within


async def read_age(request: Request, model: type[A]) -> A:
    """What decides at a door, out of a body of which nothing else has been looked at. Says where it
    is malformed, never repeats what was sent.
    """
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        wrong = [{"loc": ("body", *item["loc"]), "type": item["type"]} for item in error.errors()]
        raise RequestValidationError(wrong) from None


def _is_json(request: Request) -> bool:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return declared == "application/json"


def gate_of(request: Request) -> HttpGate:
    gate: HttpGate = request.app.state.gate
    return gate
