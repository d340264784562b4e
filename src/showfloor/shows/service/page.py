"""A show as pages and the API carry it."""

from __future__ import annotations

from typing import Any

from showfloor.kit.db import Session
from showfloor.merchants import service as merchants
from showfloor.shows import views
from showfloor.shows.service.shelf import product_views
from showfloor.shows.types import PublicUrls, Show


async def show_view(session: Session, show: Show, urls: PublicUrls) -> dict[str, Any]:
    """The Show JSON of ARCHITECTURE.md."""
    return (await show_views(session, [show], urls))[0]


async def show_views(session: Session, shows: list[Show], urls: PublicUrls) -> list[dict[str, Any]]:
    """Several at a time; the number of statements does not grow with the number of shows, only with
    that of currencies.
    """
    hosts = await merchants.get_creators(session, {show.host_creator_id for show in shows})
    products: dict[str, dict[Any, dict[str, Any]]] = {}
    for currency in {show.currency for show in shows}:
        wanted = {
            product_id
            for show in shows
            if show.currency == currency
            for product_id in show.product_ids
        }
        products[currency] = await product_views(session, sorted(wanted), currency)
    return [
        views.show_view(
            show,
            host=hosts[show.host_creator_id],
            products=[products[show.currency][product_id] for product_id in show.product_ids],
            urls=urls,
        )
        for show in shows
    ]
