"""How a seller delivers: `showfloor merchant delivery …`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from babel.numbers import get_currency_precision

from showfloor.app import admin
from showfloor.app.admin_terminal import Name, NameAr, ShortName, matching, run
from showfloor.delivery.types import DeliveryOption, Step, Terms
from showfloor.kit import ids

group = typer.Typer(no_args_is_help=True, help="Where a seller delivers, and for how much.")
_DAYS = r"\d{1,2}(-\d{1,2})?"


@group.command("add")
def add(
    slug: ShortName,
    name: Name,
    name_ar: NameAr,
    country: Annotated[list[str], typer.Option(help="ISO code, GB; once for each country")],
    currency: Annotated[str, typer.Option(help="ISO code, GBP: of the prices here")],
    price: Annotated[str, typer.Option(help="what it costs, 3.95")],
    days: Annotated[
        str,
        typer.Option(help="working days on the way, 2-4", callback=matching(_DAYS, "days, 2-4")),
    ],
    step: Annotated[
        list[str] | None, typer.Option(help="another price from a value of the goods on, 50=1.95")
    ] = None,
    free_from: Annotated[str, typer.Option(help="value of the goods from which it is free")] = "",
    handling_days: Annotated[int, typer.Option(help="until the parcel leaves", min=0)] = 0,
) -> None:
    """One more way of delivery. The first one in a currency says all there is: what no option
    names is not delivered to.
    """
    first, _, last = days.partition("-")
    later = [_step(text, currency) for text in step or ()]
    terms = Terms(
        name={"en": name, "ar": name_ar},
        countries=tuple(code.upper() for code in country),
        currency=currency.upper(),
        steps=(Step(0, minor_units(price, currency)), *later),
        free_from=minor_units(free_from, currency) if free_from else None,
        handling_days=handling_days,
        days_from=int(first),
        days_to=int(last or first),
    )
    added = run(lambda session: admin.add_delivery_option(session, seller=slug, terms=terms))
    typer.echo(_line(added))


@group.command("list")
def list_all(slug: ShortName) -> None:
    """What buyers can choose among."""
    found = run(lambda session: admin.list_delivery_options(session, seller=slug))
    for option in found:
        typer.echo(_line(option))
    if not found:
        typer.echo("None: delivered in the market's own country, which the prices include.")


@group.command("remove")
def remove(
    slug: ShortName, option: Annotated[str, typer.Argument(help="its id, dlv_…, from list")]
) -> None:
    """Take a way of delivery away. Orders keep theirs."""
    chosen = ids.parse("dlv", option)
    run(lambda session: admin.remove_delivery_option(session, seller=slug, option_id=chosen))


def _step(text: str, currency: str) -> Step:
    value, _, price = text.partition("=")
    return Step(minor_units(value, currency), minor_units(price, currency))


def minor_units(text: str, currency: str) -> int:
    """Minor units of `3.95`."""
    try:
        scaled = Decimal(text) * 10 ** get_currency_precision(currency.upper())
    except InvalidOperation:
        raise typer.BadParameter(f"not a sum of money: {text}") from None
    if scaled != scaled.to_integral_value():
        raise typer.BadParameter(f"too many decimal places for {currency}: {text}")
    return int(scaled)


def _line(option: DeliveryOption) -> str:
    terms = option.terms
    places = get_currency_precision(terms.currency)
    prices = ", ".join(
        f"{Decimal(step.price).scaleb(-places)} {terms.currency}"
        + (f" from {Decimal(step.from_value).scaleb(-places)}" if step.from_value else "")
        for step in terms.steps
    )
    free = f", free from {Decimal(terms.free_from).scaleb(-places)}" if terms.free_from else ""
    days = f"{terms.handling_days} + {terms.days_from} to {terms.days_to} working days"
    where = " ".join(terms.countries)
    return f"{ids.encode('dlv', option.id)}  {terms.name['en']}  {where}  {days}  {prices}{free}"
