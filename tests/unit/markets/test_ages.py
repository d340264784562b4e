"""Which age may do what: the table itself, and the function that reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.markets import rules, service
from showfloor.markets.errors import MarketUnknown
from showfloor.markets.service import (
    age_policy,
    day_anywhere,
    decide,
    decide_anywhere,
    list_markets,
)
from showfloor.markets.types import (
    EVERYWHERE,
    AgeRule,
    Band,
    Capability,
    Decision,
    Level,
    Outcome,
)

POLICY = age_policy()
NOW = datetime(2026, 11, 26, tzinfo=UTC)
TODAY = NOW.date()
COUNTRIES = sorted({country for rule in POLICY.rules for country in rule.countries} | {"XX"})
D, P, A = Outcome.DENY, Outcome.ASK_PARENT, Outcome.ALLOW

days = st.integers(-10_000, 5_000).map(lambda days: TODAY + timedelta(days=days))
capabilities = st.sampled_from(Capability)
countries = st.sampled_from(COUNTRIES)


def outcomes(country: str, capability: Capability, day: date = TODAY) -> list[Outcome]:
    """Of the four bands, the youngest first."""
    return [rules.decide(POLICY, band, country, capability, day).outcome for band in Band]


GOLDEN = {
    ("GB", Capability.WATCH): [A, A, A, A],
    ("GB", Capability.ACCOUNT): [P, A, A, A],
    ("IT", Capability.ACCOUNT): [P, P, A, A],
    ("DE", Capability.ACCOUNT): [P, P, A, A],
    ("EG", Capability.ACCOUNT): [P, P, P, A],
    ("ID", Capability.ACCOUNT): [P, P, P, A],
    ("XX", Capability.ACCOUNT): [D, D, D, A],
    ("GB", Capability.BUY): [D, P, P, A],
    ("EG", Capability.BUY): [D, D, D, A],
    ("ID", Capability.BUY): [D, P, P, A],
    ("XX", Capability.BUY): [D, D, D, A],
    ("GB", Capability.HOST): [D, D, D, A],
    ("US", Capability.HOST): [D, D, D, A],
    ("GB", Capability.ON_CAMERA): [D, P, P, A],
    ("EG", Capability.ON_CAMERA): [D, D, D, A],
}
"""Reviewed by a person. A band counts as its youngest: at 13 to 15 some Italians are too young."""


@pytest.mark.parametrize(("where", "capability"), GOLDEN)
def test_table_says_what_was_reviewed(where: str, capability: Capability) -> None:
    assert outcomes(where, capability) == GOLDEN[where, capability]


@given(countries, capabilities, days)
def test_older_people_may_do_whatever_younger_ones_may(
    country: str, capability: Capability, day: date
) -> None:
    order = list(Outcome)
    found = [order.index(outcome) for outcome in outcomes(country, capability, day)]

    assert found == sorted(found)


@given(st.sampled_from(Band), countries, capabilities, days)
def test_no_rule_in_force_allows_nothing(
    band: Band, country: str, capability: Capability, day: date
) -> None:
    nothing = replace(POLICY, rules=())

    assert rules.decide(nothing, band, country, capability, day) == Decision(D)


@given(st.sampled_from(Band), capabilities, days)
def test_country_that_nobody_looked_up_is_never_freer_than_one_that_was(
    band: Band, capability: Capability, day: date
) -> None:
    order = list(Outcome)
    unknown = rules.decide(POLICY, band, "XX", capability, day).outcome

    for country in COUNTRIES:
        known = rules.decide(POLICY, band, country, capability, day)
        if known.rule is not None and EVERYWHERE not in known.rule.countries:
            assert order.index(unknown) <= order.index(known.outcome)


@given(countries, days)
def test_nobody_but_adults_buys_or_hosts_alone(country: str, day: date) -> None:
    for capability in (Capability.BUY, Capability.HOST):
        assert A not in outcomes(country, capability, day)[:3]


@given(countries, days)
def test_who_may_chat_alone_may_buy_alone(country: str, day: date) -> None:
    """What is written in a chat may hold goods."""
    chat, buy = outcomes(country, Capability.CHAT, day), outcomes(country, Capability.BUY, day)

    assert [b for c, b in zip(chat, buy, strict=True) if c is A and b is not A] == []


@pytest.mark.parametrize("capability", Capability)
def test_every_capability_has_a_rule_for_everywhere(capability: Capability) -> None:
    assert any(
        rule.capability is capability
        and EVERYWHERE in rule.countries
        and rule.since < date(2024, 1, 1)
        for rule in POLICY.rules
    )


def test_every_rule_says_where_it_stands_and_when_somebody_looked() -> None:
    for rule in (*POLICY.rules, *POLICY.proofs):
        assert rule.source and rule.known in {"read", "secondary", "recalled", "own"}
        assert rule.checked >= date(2026, 11, 25)
        assert all(len(country) == 2 or country == EVERYWHERE for country in rule.countries)


def test_no_two_rules_begin_on_one_day_for_the_same() -> None:
    begins = [
        (rule.capability, country, rule.since)
        for rule in POLICY.rules
        for country in rule.countries
    ]

    assert len(begins) == len(set(begins))


def test_british_rules_about_live_streams_begin_by_themselves() -> None:
    spring = date(2027, 4, 1)
    before = spring - timedelta(days=1)

    assert outcomes("GB", Capability.ON_CAMERA, before) == [D, P, P, A]
    assert outcomes("GB", Capability.ON_CAMERA, spring) == [D, D, P, A]
    assert rules.decide(POLICY, Band.FROM_16, "GB", Capability.ON_CAMERA, spring).off_by_default


def test_indonesian_parents_are_asked_for_each_order_since_march() -> None:
    march = date(2026, 3, 28)

    before = rules.decide(POLICY, Band.FROM_16, "ID", Capability.BUY, march - timedelta(days=1))
    since = rules.decide(POLICY, Band.FROM_16, "ID", Capability.BUY, march)

    assert (before.outcome, before.each_time) == (D, False)
    assert (since.outcome, since.each_time) == (P, True)


def test_european_wallets_count_from_the_day_they_are_due() -> None:
    due = date(2026, 12, 24)

    def levels(country: str, day: date) -> dict[str, Level]:
        found = rules.proofs_in_force(POLICY, country, day)
        return {rule.proof: rule.level for rule in found}

    declared = {"own_answer": Level.DECLARED}
    assert levels("DE", due - timedelta(days=1)) == declared
    assert levels("DE", due) == {**declared, "eu_age_attestation": Level.VERIFIED}
    assert levels("GB", due) == declared


def test_same_person_may_do_something_else_in_another_market() -> None:
    assert decide(Band.FROM_16, "gb", Capability.ACCOUNT, NOW).outcome is A
    assert decide(Band.FROM_16, "eg", Capability.ACCOUNT, NOW).outcome is P
    with pytest.raises(MarketUnknown):
        decide(Band.ADULT, "nowhere", Capability.BUY, NOW)


def test_where_the_market_is_unknown_only_what_all_of_them_allow_is_allowed() -> None:
    assert decide_anywhere(Band.FROM_16, Capability.ACCOUNT, NOW).outcome is P
    assert decide_anywhere(Band.FROM_16, Capability.BUY, NOW).outcome is D
    assert decide_anywhere(Band.ADULT, Capability.HOST, NOW).outcome is A
    assert rules.strictest([]).outcome is D
    assert {market.country for market in list_markets()} <= set(COUNTRIES)


def test_newer_rule_for_everywhere_leaves_the_rules_of_countries_in_force() -> None:
    newer = replace(
        next(rule for rule in POLICY.rules if rule.capability is Capability.ACCOUNT),
        since=date(2026, 11, 1),
        alone_from=21,
    )
    policy = replace(POLICY, rules=(*POLICY.rules, newer))

    assert rules.decide(policy, Band.FROM_13, "GB", Capability.ACCOUNT, TODAY).outcome is A
    assert rules.decide(policy, Band.ADULT, "XX", Capability.ACCOUNT, TODAY).outcome is D
    assert isinstance(newer, AgeRule)


MIDNIGHT_IN_UTC = datetime(2027, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "begins"),
    [
        ("Asia/Dubai", timedelta(hours=-4)),
        ("Africa/Cairo", timedelta(hours=-2)),
        ("Europe/London", timedelta(hours=-1)),  # summer time
        ("America/New_York", timedelta(hours=4)),
        ("Pacific/Kiritimati", timedelta(hours=-14)),
    ],
)
def test_day_of_a_market_begins_at_its_own_midnight(timezone: str, begins: timedelta) -> None:
    market = replace(service.get_market("gb"), timezone=timezone)
    midnight = MIDNIGHT_IN_UTC + begins

    assert market.day(midnight - timedelta(microseconds=1)) == date(2027, 3, 31)
    assert market.day(midnight) == date(2027, 4, 1)


def test_law_begins_on_the_day_of_its_market() -> None:
    midnight_in_london = MIDNIGHT_IN_UTC - timedelta(hours=1)
    before = midnight_in_london - timedelta(microseconds=1)

    assert decide(Band.FROM_13, "gb", Capability.ON_CAMERA, before).outcome is P
    assert decide(Band.FROM_13, "gb", Capability.ON_CAMERA, midnight_in_london).outcome is D


def test_day_where_the_market_is_unknown_is_the_last_to_begin() -> None:
    noon = MIDNIGHT_IN_UTC + timedelta(hours=12)

    assert day_anywhere(MIDNIGHT_IN_UTC) == date(2027, 3, 31)
    assert day_anywhere(noon - timedelta(microseconds=1)) == date(2027, 3, 31)
    assert day_anywhere(noon) == date(2027, 4, 1)
