"""The gate before every door: a date of birth becomes a band, and the market's policy decides.

Nothing here touches a database, a log or a queue. What a refusal leaves is one more in the count of
its hour, market and door.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from showfloor.identity import queries
from showfloor.identity.errors import AccountLimited, AdultDeclarationRequired, AgeRefused
from showfloor.identity.rules import admission_token, band_of, band_of_token, band_since
from showfloor.identity.types import AccountAge, Admission, AgeAnswer, CollectionPoint, GateCount
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import ValidationFailed
from showfloor.kit.retention import kept_for
from showfloor.markets import service as markets
from showfloor.markets.types import Band, Decision, Outcome

UNKNOWN_MARKET = "unknown"
"""The market in the counts where nobody knows it."""


COUNTS_KEPT_FOR = kept_for("gate_count")
"""A year shows each season once, and there is no use for more."""


class Gate:
    """`secret` signs what an answer gets. Counts wait here until `save_counts` stores them."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._refused: Counter[tuple[datetime, str, CollectionPoint]] = Counter()

    def admit(self, point: CollectionPoint, answer: AgeAnswer) -> Admission:
        """The one way in for personal data. Call it before anything else touches what was given.

        Raises ValidationFailed for a day that is none, AdultDeclarationRequired when nothing is
        said, AgeRefused.
        """
        if answer.born is None and answer.admission is None:
            return admit(point, adult=answer.adult)
        now = clock.now()
        band = self._band(answer, now)
        if band is None:
            raise AdultDeclarationRequired(extra={"door": point.value})
        self._let_in(point, band, answer.country, now)
        return Admission(point, now, band)

    def check_account(
        self, point: CollectionPoint, said: AccountAge, country: str | None
    ) -> Admission:
        """What an account's owner said when it was made holds at every door that they come to
        signed in: an older date that is typed there later does not lift it. Raises AgeRefused,
        AccountLimited for an account whose age is doubted.
        """
        now = clock.now()
        if said.is_limited:
            _check_limited(point, said.band, country, now)
        band = band_since(said.band, _day(country, said.said_at), _day(country, now))
        self._let_in(point, band, country, now)
        return Admission(point, said.said_at, band)

    def token(self, admission: Admission, country: str | None) -> str:
        """What the person shows at the doors of the next hour instead of a date."""
        return admission_token(self._secret, admission.band, country or "", clock.now())

    def _band(self, answer: AgeAnswer, now: datetime) -> Band | None:
        if answer.born is None:
            return band_of_token(self._secret, answer.admission or "", answer.country or "", now)
        try:
            return band_of(answer.born, _day(answer.country, now))
        except ValueError:
            raise ValidationFailed(
                extra={"fields": [{"path": "body/born", "problem": "no_such_day"}]}
            ) from None

    def _let_in(
        self, point: CollectionPoint, band: Band, country: str | None, now: datetime
    ) -> None:
        # Who may only with a parent is refused until there are guardians (issue 9, section 3).
        if _decide(point, band, country, now).outcome is not Outcome.ALLOW:
            self._count(point, country, now)
            raise AgeRefused

    def _count(self, point: CollectionPoint, country: str | None, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        self._refused[hour, _market_of(country), point] += 1

    async def save_counts(self, database: Database) -> None:
        """Add what was counted since to the table; what cannot be stored now is kept for later."""
        counted, self._refused = self._refused, Counter()
        try:
            async with database.session() as session:
                for (hour, market, door), refused in counted.items():
                    await queries.add_count(session, GateCount(hour, market, door, refused))
        except BaseException:
            self._refused += counted
            raise


def admit(point: CollectionPoint, *, adult: bool | None) -> Admission:
    """The way in on the word of who asked the person: an operator, or a program.

    Raises AdultDeclarationRequired, with nothing read, stored or logged.
    """
    if adult is not True:
        raise AdultDeclarationRequired(extra={"door": point.value})
    return Admission(point, clock.now())


def admit_known_device(point: CollectionPoint, device: str) -> Admission:
    """The way in for a device from which somebody has signed in to the same account before."""
    assert device
    return Admission(point, clock.now())


async def admit_again(session: Session, point: CollectionPoint, *, person_id: UUID) -> Admission:
    """The way in for somebody who has an account: the declaration that was stored with it.

    Raises AdultDeclarationRequired when there is none.
    """
    declared_at = await queries.declared_adult_at(session, person_id)
    if declared_at is None:
        raise AdultDeclarationRequired(extra={"door": point.value})
    return Admission(point, declared_at)


def check_limited(point: CollectionPoint, country: str | None = None) -> None:
    """What somebody may whose age is doubted, whatever they said: what the youngest band may.
    Raises AccountLimited.
    """
    _check_limited(point, Band.U13, country, clock.now())


async def forget_old_counts(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_counts_before(session, clock.now() - COUNTS_KEPT_FOR)


async def list_counts(session: Session) -> list[GateCount]:
    """Newest hour first."""
    return await queries.counts(session)


def _check_limited(point: CollectionPoint, band: Band, country: str | None, now: datetime) -> None:
    # A suspicion is no finding: it is not counted with the gate's refusals.
    if _decide(point, band, country, now).outcome is not Outcome.ALLOW:
        raise AccountLimited


def _decide(point: CollectionPoint, band: Band, country: str | None, now: datetime) -> Decision:
    market = _market_of(country)
    if market == UNKNOWN_MARKET:
        return markets.decide_anywhere(band, point.capability, now)
    return markets.decide(band, market, point.capability, now)


def _day(country: str | None, now: datetime) -> date:
    """The date of the market: somebody is eighteen in Dubai four hours before UTC's day begins, and
    in New York five hours after.
    """
    market = _market_of(country)
    if market == UNKNOWN_MARKET:
        return markets.day_anywhere(now)
    return markets.get_market(market).day(now)


def _market_of(country: str | None) -> str:
    """The code of the market that delivers there."""
    found = (market.code for market in markets.list_markets() if market.country == country)
    return next(found, UNKNOWN_MARKET)
