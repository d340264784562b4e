"""JSON routes of `ledger`: somebody's own accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from showfloor.identity.errors import NotAuthenticated, RoleMissing
from showfloor.identity.http import Caller, CurrentPerson
from showfloor.kit import clock, csv, ids
from showfloor.kit.answers import language
from showfloor.kit.drawing import draw_aside
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import DatabaseDep, SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import refusals
from showfloor.ledger import service
from showfloor.ledger.errors import AccountNotFound, PartnerNotFound, PayoutNotFound, PeriodInvalid
from showfloor.ledger.schemas import BalancesOut, EntryPage, KeepOut, PayoutOrdersOut, StatementsOut
from showfloor.ledger.types import Fees
from showfloor.ledger.views import (
    CSV_HEADER,
    ENTRIES_HEADER,
    balances_view,
    entries_view,
    entry_row,
    keep_view,
    parse_account,
    payout_orders_view,
    statement_rows,
    statements_view,
)
from showfloor.markets.errors import MarketUnknown


async def get_fees(request: Request) -> Fees:
    fees: Fees = request.app.state.fees
    return fees


FeesDep = Annotated[Fees, Depends(get_fees)]
router = APIRouter(prefix="/api/v1", tags=["ledger"])
READ = (NotAuthenticated, NotFound, AccountNotFound)
_papers = PerMinute(30)
"""Statements as PDF for one network: each takes a core's time."""
AccountParameter = Annotated[
    str | None, Query(description="a seller's or creator's id; without it all own accounts")
]


@router.get("/ledger/entries", responses=refusals(*READ))
async def list_entries(
    session: SessionDep,
    person: CurrentPerson,
    account: AccountParameter = None,
    order_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> EntryPage:
    """What was posted to own accounts, newest first; of one order, too."""
    page = await service.list_movements(
        session,
        person=person,
        account=parse_account(account) if account else None,
        order_id=ids.parse("ord", order_id) if order_id else None,
        limit=limit,
        cursor=ids.parse("ent", cursor) if cursor else None,
    )
    accounts = {each.account for each in page.movements}
    others = {other for each in page.movements for other in each.others}
    return entries_view(page, await service.names_of(session, accounts | others))


@router.get("/ledger/balances", responses=refusals(*READ))
async def list_balances(
    session: SessionDep, person: CurrentPerson, account: AccountParameter = None
) -> BalancesOut:
    """What own accounts have, what of it is payable, when the rest is, and what was paid out."""
    found = await service.list_balances(
        session, person=person, account=parse_account(account) if account else None
    )
    paid = await service.list_payouts(
        session, person=person, account=parse_account(account) if account else None
    )
    accounts = {each.account for each in found} | {each.account for each in paid}
    return balances_view(found, paid, await service.names_of(session, accounts))


@router.get("/ledger/payouts/{payout_id}/orders", responses=refusals(*READ, PayoutNotFound))
async def list_payout_orders(
    payout_id: str,
    session: SessionDep,
    person: CurrentPerson,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
) -> PayoutOrdersOut:
    """Of which orders a payout of an own account is, in the order in which they were placed."""
    found = await service.list_payout_orders(
        session,
        person=person,
        payout_id=ids.parse("po", payout_id),
        limit=limit,
        cursor=ids.parse("ord", cursor) if cursor else None,
    )
    return payout_orders_view(found)


@router.get(
    "/statements",
    response_model=StatementsOut,
    responses={**refusals(*READ, PeriodInvalid), 200: {"content": {"text/csv": {}}}},
)
async def list_statements(
    request: Request,
    session: SessionDep,
    person: CurrentPerson,
    period: Annotated[str, Query(description="a month in UTC, 2026-11")],
    account: AccountParameter = None,
    format: Literal["json", "csv"] = "json",
) -> StatementsOut | Response:
    """A month of each own account: what it began with, what moved by kind, what it ended with.
    Its books close on the third day after it; from `final_at` on it never changes.

    `format=csv` answers the same as a file for a spreadsheet.
    """
    found = await service.statements(
        session,
        person=person,
        period=period,
        account=parse_account(account) if account else None,
    )
    names = await service.names_of(session, {each.account for each in found})
    if format == "json":
        return statements_view(period, service.final_at(period), clock.now(), found, names)
    lang = language(request)
    rows = [row for each in found for row in statement_rows(period, each, names, lang)]
    text = csv.BYTE_ORDER_MARK + csv.rows_text([CSV_HEADER, *rows])
    headers = {
        "Content-Disposition": f'attachment; filename="statement-{period}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/statements/{period}/entries",
    response_class=StreamingResponse,
    responses={**refusals(*READ, RoleMissing, PeriodInvalid), 200: {"content": {"text/csv": {}}}},
)
async def get_statement_entries(
    period: str,
    request: Request,
    database: DatabaseDep,
    person: Caller,
    account: AccountParameter = None,
) -> StreamingResponse:
    """Every entry of a month of own accounts, in UTC, as a file for a spreadsheet: what
    `GET /statements` sums up.
    """
    chosen, lang = parse_account(account) if account else None, language(request)
    # Refused before the file begins.
    service.begun(period)
    service.own_accounts(person, chosen)

    async def text() -> AsyncIterator[str]:
        yield csv.BYTE_ORDER_MARK + csv.rows_text([ENTRIES_HEADER])
        parts = service.walk_movements(database, person=person, period=period, account=chosen)
        async for movements, names in parts:
            yield csv.rows_text(entry_row(each, names, lang) for each in movements)

    headers = {
        "Content-Disposition": f'attachment; filename="entries-{period}.csv"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/statements/{period}/paper",
    response_class=Response,
    responses={
        **refusals(*READ, PeriodInvalid, RateLimited),
        200: {"content": {"application/pdf": {}}},
    },
)
async def get_statement_paper(
    period: str,
    request: Request,
    database: DatabaseDep,
    person: Caller,
    account: AccountParameter = None,
) -> Response:
    """A month of own accounts, in UTC, as PDF for the bookkeeper, in the reader's language: the
    sums of `GET /statements`.
    """
    if not _papers.hit(network_of(request)):
        raise RateLimited
    async with database.session() as session:
        written = await service.write_statement(
            session,
            person=person,
            period=period,
            account=parse_account(account) if account else None,
            lang=language(request),
        )
    headers = {
        "Content-Disposition": f'inline; filename="statement-{period}.pdf"',
        "Cache-Control": "private, no-store",
    }
    content = await draw_aside(written)
    return Response(content, media_type="application/pdf", headers=headers)


@router.get(
    "/products/{product_id}/keep",
    responses=refusals(NotAuthenticated, NotFound, PartnerNotFound, MarketUnknown),
)
async def get_keep(
    product_id: str,
    session: SessionDep,
    person: CurrentPerson,
    fees: FeesDep,
    market: str = "gb",
    creator_id: Annotated[str | None, Query(description="who would show it")] = None,
) -> KeepOut:
    """What seller and creator keep of one piece after tax, fees, commission and the refunds that
    are to be expected. For the seller, and for creators who may show the product.
    """
    card = await service.keep_card(
        session,
        person=person,
        product_id=ids.parse("prod", product_id),
        market=market,
        creator_id=ids.parse("cre", creator_id) if creator_id else None,
        fees=fees,
    )
    return keep_view(card)
