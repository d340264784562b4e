"""A date of birth becomes a band, an answer becomes an admission."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.identity import rules
from showfloor.identity.types import AgeAnswer, BirthDate
from showfloor.markets.types import Band

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 10, 25, tzinfo=UTC)
SECRET = "a secret for tests with enough letters"


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ((26, 11, 2008), Band.ADULT),
        ((27, 11, 2008), Band.FROM_16),
        ((26, 11, 2010), Band.FROM_16),
        ((27, 11, 2010), Band.FROM_13),
        ((26, 11, 2013), Band.FROM_13),
        ((27, 11, 2013), Band.U13),
        ((26, 11, 2026), Band.U13),
        ((1, 1, 1900), Band.ADULT),
    ],
)
def test_band_changes_on_the_birthday(born: tuple[int, int, int], band: Band) -> None:
    assert rules.band_of(BirthDate(*born), TODAY) is band


@pytest.mark.parametrize(
    ("band", "today", "later"),
    [
        (Band.FROM_16, date(2028, 11, 25), Band.FROM_16),
        (Band.FROM_16, date(2028, 11, 26), Band.ADULT),
        (Band.FROM_13, date(2029, 11, 25), Band.FROM_13),
        (Band.FROM_13, date(2029, 11, 26), Band.FROM_16),
        (Band.U13, date(2039, 11, 25), Band.U13),
        (Band.U13, date(2039, 11, 26), Band.FROM_13),
        (Band.ADULT, date(2060, 1, 1), Band.ADULT),
        (Band.FROM_16, date(2026, 11, 25), Band.FROM_16),
    ],
)
def test_band_of_an_account_ends_when_its_youngest_owner_is_old_enough(
    band: Band, today: date, later: Band
) -> None:
    assert rules.band_since(band, TODAY, today) is later


@given(st.dates(date(1901, 1, 1), TODAY), st.integers(0, 12000))
def test_account_is_never_taken_for_older_than_its_owner(born: date, days: int) -> None:
    typed = BirthDate(born.day, born.month, born.year)
    later = TODAY + timedelta(days=days)

    counted = rules.band_since(rules.band_of(typed, TODAY), TODAY, later)

    assert counted.youngest <= rules.band_of(typed, later).youngest


def test_who_was_born_on_a_leap_day_is_a_year_older_in_march() -> None:
    born = BirthDate(29, 2, 2008)

    assert rules.band_of(born, date(2026, 2, 28)) is Band.FROM_16
    assert rules.band_of(born, date(2026, 3, 1)) is Band.ADULT


@pytest.mark.parametrize(
    "born", [(31, 2, 2000), (29, 2, 2001), (27, 11, 2026), (1, 1, 1899), (1, 1, 26)]
)
def test_day_that_nobody_alive_was_born_on_is_refused(born: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        rules.band_of(BirthDate(*born), TODAY)


@given(st.dates(date(1901, 1, 1), TODAY), st.integers(0, 4000))
def test_nobody_grows_younger(born: date, days: int) -> None:
    typed = BirthDate(born.day, born.month, born.year)
    first = rules.band_of(typed, TODAY)
    later = rules.band_of(typed, TODAY + timedelta(days=days))

    assert first.youngest <= later.youngest


def test_date_is_no_part_of_any_text() -> None:
    answer = AgeAnswer(BirthDate(3, 7, 2015), admission="ADULT.GB.1.mac")

    assert not {"2015", "7", "3", "mac"} & set(repr(answer).replace("(", " ").split())
    assert "2015" not in repr(answer) and "mac" not in repr(answer)


def test_admission_is_the_same_for_everybody_of_a_band_in_an_hour() -> None:
    first = rules.admission_token(SECRET, Band.ADULT, "GB", NOW)
    second = rules.admission_token(SECRET, Band.ADULT, "GB", NOW + timedelta(minutes=34))

    assert first == second
    assert rules.band_of_token(SECRET, first, "GB", NOW) is Band.ADULT
    assert first.split(".")[:2] == ["ADULT", "GB"]


@pytest.mark.parametrize(
    ("secret", "country", "hours"),
    [("another secret", "GB", 0), (SECRET, "EG", 0), (SECRET, "GB", 2)],
)
def test_admission_of_another_place_hour_or_secret_is_none(
    secret: str, country: str, hours: int
) -> None:
    token = rules.admission_token(SECRET, Band.ADULT, "GB", NOW)

    assert rules.band_of_token(secret, token, country, NOW + timedelta(hours=hours)) is None


@pytest.mark.parametrize("place", range(0, 90, 7))
def test_admission_that_was_changed_anywhere_is_none(place: int) -> None:
    token = rules.admission_token(SECRET, Band.FROM_13, "GB", NOW)
    changed = token[:place] + ("A" if token[place : place + 1] != "A" else "B") + token[place + 1 :]

    assert rules.band_of_token(SECRET, changed, "GB", NOW) is None
    assert rules.band_of_token(SECRET, "", "GB", NOW) is None


def test_mark_of_a_refusal_is_the_day_and_lasts_until_the_next() -> None:
    mark = rules.refusal_mark(NOW)

    assert mark == rules.refusal_mark(NOW + timedelta(hours=13)) == "2026-11-26"
    assert rules.is_refused(mark, NOW) and rules.is_refused(mark, NOW + timedelta(hours=24))
    assert not rules.is_refused(mark, NOW + timedelta(hours=48))
    assert not rules.is_refused(None, NOW) and not rules.is_refused("2026", NOW)
