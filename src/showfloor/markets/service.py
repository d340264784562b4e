"""Look a market up, what people of which age may do there, and how long recordings are kept."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from showfloor.markets import rules
from showfloor.markets.errors import MarketUnknown
from showfloor.markets.types import (
    AgePolicy,
    AgeRule,
    Band,
    Capability,
    Decision,
    KeepingRule,
    Level,
    Market,
    NoWithdrawal,
    ProofRule,
    TaxRule,
    WithdrawalRule,
)


def _read(name: str) -> Any:
    return json.loads(files("showfloor.markets").joinpath(name).read_text("utf-8"))


@cache
def _markets() -> dict[str, Market]:
    return {code: Market(code=code, **row) for code, row in _read("markets.json").items()}


def get_market(code: str) -> Market:
    """Raises MarketUnknown."""
    try:
        return _markets()[code]
    except KeyError:
        raise MarketUnknown(market=code) from None


def list_markets() -> list[Market]:
    return list(_markets().values())


@cache
def age_policy() -> AgePolicy:
    """The rules in `ages.json`, those of the past and the future too."""
    table = _read("ages.json")
    groups: dict[str, list[str]] = table["groups"]
    return AgePolicy(
        table["version"],
        tuple(_age_rule(row, groups) for row in table["rules"]),
        tuple(_proof_rule(row, groups) for row in table["proofs"]),
    )


@cache
def keeping_rules() -> tuple[KeepingRule, ...]:
    """Those of the past and the future too."""
    return tuple(
        KeepingRule(
            frozenset(row["where"]),
            date.fromisoformat(row["since"]),
            row["days"],
            row.get("at_least"),
            row["source"],
            date.fromisoformat(row["checked"]),
            row["known"],
        )
        for row in _read("keeping.json")
    )


def get_keeping(market: str, moment: datetime) -> KeepingRule:
    """How long the recording of a show that ended then is kept. Raises MarketUnknown."""
    found = get_market(market)
    return rules.keeping(keeping_rules(), found.country, found.day(moment))


@cache
def tax_rules() -> tuple[TaxRule, ...]:
    """Those of the past and the future too."""
    return tuple(
        TaxRule(
            frozenset(row["where"]),
            date.fromisoformat(row["since"]),
            row["rate"],
            row["source"],
            date.fromisoformat(row["checked"]),
            row["known"],
        )
        for row in _read("taxes.json")
    )


def find_tax(country: str, day: date) -> TaxRule | None:
    """The value added tax that prices there include; None where none is known."""
    return rules.tax(tax_rules(), country, day)


@cache
def withdrawal_rules() -> tuple[WithdrawalRule, ...]:
    """Those of the past and the future too."""
    return tuple(
        WithdrawalRule(
            NoWithdrawal(row["exception"]),
            _countries(row["where"], _read_groups()),
            date.fromisoformat(row["since"]),
            row["lost"] != "always",
            row["source"],
            date.fromisoformat(row["checked"]),
            row["known"],
        )
        for row in _read("withdrawals.json")
    )


def find_withdrawal_rule(exception: NoWithdrawal, country: str, day: date) -> WithdrawalRule | None:
    """What the law of a country says of a class of goods; None where the buyer may withdraw as from
    any other.
    """
    return rules.withdrawal(withdrawal_rules(), exception, country, day)


def is_in_union(country: str) -> bool:
    """Whether a country is in the European Union, within which the tax of the buyer's country is
    charged (Directive 2006/112/EC art 33).
    """
    return country in _read_groups()["EU"]


@cache
def _read_groups() -> dict[str, list[str]]:
    found: dict[str, list[str]] = _read("ages.json")["groups"]
    return found


def decide(band: Band, market: str, capability: Capability, moment: datetime) -> Decision:
    """What somebody of this band may do in a market. Raises MarketUnknown."""
    found = get_market(market)
    return rules.decide(age_policy(), band, found.country, capability, found.day(moment))


def day_anywhere(moment: datetime) -> date:
    """The date where it is not known where somebody lives: that of the last place on earth to begin
    a day (UTC-12), on which nobody is older than at home.
    """
    return (moment.astimezone(UTC) - timedelta(hours=12)).date()


def decide_anywhere(band: Band, capability: Capability, moment: datetime) -> Decision:
    """The same where it is not known which market it is about: what all of them allow."""
    return rules.strictest(
        decide(band, market.code, capability, moment) for market in list_markets()
    )


def _age_rule(row: dict[str, Any], groups: dict[str, list[str]]) -> AgeRule:
    return AgeRule(
        Capability(row["capability"]),
        _countries(row["where"], groups),
        date.fromisoformat(row["since"]),
        row["alone_from"],
        row.get("with_parent_from"),
        row.get("each_time", False),
        row.get("off_by_default", False),
        row["source"],
        date.fromisoformat(row["checked"]),
        row["known"],
    )


def _proof_rule(row: dict[str, Any], groups: dict[str, list[str]]) -> ProofRule:
    return ProofRule(
        row["proof"],
        Level(row["level"]),
        _countries(row["where"], groups),
        date.fromisoformat(row["since"]),
        row["source"],
        date.fromisoformat(row["checked"]),
        row["known"],
    )


def _countries(where: list[str], groups: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(country for name in where for country in groups.get(name, [name]))
