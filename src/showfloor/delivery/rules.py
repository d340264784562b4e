"""Pure decisions of `delivery`: which option holds for some goods, what it costs, when it comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise

from babel.numbers import is_currency

from showfloor.delivery.types import DeliveryOption, Offer, Terms
from showfloor.kit.messages import LANGUAGES
from showfloor.kit.money import Money
from showfloor.kit.text import is_visible
from showfloor.markets import postcodes

HIGHEST = 10**11
"""Minor units. More is a slip of the keyboard."""
LONGEST_DAYS = 90
MOST_STEPS, MOST_OPTIONS = 20, 40
NAME_LENGTH = 60


def problems(terms: Terms) -> list[tuple[str, str]]:
    """(field, what is wrong with it); empty when buyers can be offered it."""
    return [
        *_name_problems(terms),
        *_country_problems(terms),
        *_price_problems(terms),
        *_day_problems(terms),
    ]


def _name_problems(terms: Terms) -> list[tuple[str, str]]:
    whole = set(terms.name) == set(LANGUAGES) and all(
        is_visible(name) and len(name) <= NAME_LENGTH for name in terms.name.values()
    )
    return [] if whole else [("name", "needed_in_every_language")]


def _country_problems(terms: Terms) -> list[tuple[str, str]]:
    if not terms.countries or len(set(terms.countries)) < len(terms.countries):
        return [("countries", "missing_or_repeated")]
    unknown = [code for code in terms.countries if not postcodes.is_country(code)]
    return [("countries", "unknown_country")] if unknown else []


def _price_problems(terms: Terms) -> list[tuple[str, str]]:
    found = [] if is_currency(terms.currency) else [("currency", "currency_unknown")]
    starts = [step.from_value for step in terms.steps]
    if not starts or starts[0] != 0 or len(starts) > MOST_STEPS:
        found.append(("steps", "begin_at_zero"))
    if any(later <= earlier for earlier, later in pairwise(starts)):
        found.append(("steps", "not_rising"))
    if any(
        not 0 <= each <= HIGHEST for step in terms.steps for each in (step.from_value, step.price)
    ):
        found.append(("steps", "out_of_range"))
    if terms.free_from is not None and not 0 < terms.free_from <= HIGHEST:
        found.append(("free_from", "out_of_range"))
    return found


def _day_problems(terms: Terms) -> list[tuple[str, str]]:
    found = [] if 0 <= terms.handling_days <= LONGEST_DAYS else [("handling_days", "out_of_range")]
    if not 0 <= terms.days_from <= terms.days_to <= LONGEST_DAYS:
        found.append(("days_to", "out_of_range"))
    return found


def price_of(terms: Terms, goods: int) -> int:
    """What delivery of goods of this value costs."""
    if terms.free_from is not None and goods >= terms.free_from:
        return 0
    return next(step.price for step in reversed(terms.steps) if step.from_value <= goods)


def working_day(start: date, days: int, weekend: Collection[int]) -> date:
    """The day that comes so many working days after this one. `weekend` are ISO weekdays (Monday
    is 1). Nothing moves or arrives on a weekend; public holidays are not known here.
    """
    day = start
    while day.isoweekday() in weekend:
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=1)
        while day.isoweekday() in weekend:
            day += timedelta(days=1)
    return day


def offers(
    options: Iterable[DeliveryOption],
    *,
    country: str,
    goods: Money,
    day: date,
    weekend: Collection[int],
) -> list[Offer]:
    """The options that reach a country, for goods that are ordered on `day`; the cheapest first, of
    equal ones that which comes first.
    """
    found = [
        _offer(option, goods, day, weekend)
        for option in options
        if country in option.terms.countries and option.terms.currency == goods.currency
    ]
    return sorted(found, key=lambda each: (each.price.amount, each.latest, each.option.id))


def _offer(option: DeliveryOption, goods: Money, day: date, weekend: Collection[int]) -> Offer:
    terms = option.terms
    leaves = working_day(day, terms.handling_days, weekend)
    return Offer(
        option,
        Money(price_of(terms, goods.amount), goods.currency),
        working_day(leaves, terms.days_from, weekend),
        working_day(leaves, terms.days_to, weekend),
        leaves,
    )
