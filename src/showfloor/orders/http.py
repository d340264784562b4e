"""JSON routes of `orders`: the merchant's orders, the host's sales."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from showfloor.identity.errors import NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import clock, csv, ids
from showfloor.kit.answers import language
from showfloor.kit.db import Database
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.orders import service
from showfloor.orders.errors import OrderNotFound
from showfloor.orders.schemas import OrderDetail, OrderPage, SalesOut
from showfloor.orders.views import CSV_HEADER, csv_rows, order_detail, page_view, sales_view
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.get(
    "/orders",
    response_model=OrderPage,
    responses={**refusals(NotAuthenticated, NotFound), 200: {"content": {"text/csv": {}}}},
)
async def list_orders(
    request: Request,
    session: SessionDep,
    database: DatabaseDep,
    person: CurrentPerson,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
    format: Literal["json", "csv"] = "json",
) -> OrderPage | StreamingResponse:
    """The orders of this person's merchants, newest first; without buyers.

    `format=csv` answers all of them as one file for a spreadsheet, with where they go, a row for
    each line.
    """
    if format == "csv":
        return _csv(database, person, language(request))
    before = ids.parse("ord", cursor) if cursor else None
    page = await service.list_own_orders(session, person=person, limit=limit, cursor=before)
    return page_view(page)


def _csv(database: Database, person: Person, lang: str) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        yield csv.BYTE_ORDER_MARK + csv.rows_text([CSV_HEADER])
        async for order in service.walk_own_orders(database, person=person):
            yield csv.rows_text(csv_rows(order, lang))

    name = f"orders-{clock.now():%Y-%m-%d}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/orders/{order_id}",
    responses=refusals(NotAuthenticated, NotFound, OrderNotFound),
)
async def get_order(order_id: str, session: SessionDep, person: CurrentPerson) -> OrderDetail:
    """One order, with where it goes."""
    return order_detail(
        await service.get_own_order(session, person=person, order_id=ids.parse("ord", order_id))
    )


@router.get(
    "/shows/{show_id}/sales",
    responses=refusals(NotAuthenticated, NotFound, ShowNotFound),
)
async def get_sales(show_id: str, session: SessionDep, person: CurrentPerson) -> SalesOut:
    """What the show sold, for its host; no buyer's data."""
    return sales_view(
        await service.sales_of_show(session, person=person, show_id=ids.parse("show", show_id))
    )
