"""JSON routes of `orders`: the merchant's orders, the host's sales."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import Caller, CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import clock, csv, idempotency, ids
from showfloor.kit.answers import language
from showfloor.kit.db import Database
from showfloor.kit.drawing import draw_aside
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired, NotFound, RateLimited
from showfloor.kit.http import DatabaseDep, KeyDep, SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import KEY_HEADER, refusals
from showfloor.kit.paper import Paper
from showfloor.kit.schemas import Moment
from showfloor.kit.text import clean_line
from showfloor.orders import service
from showfloor.orders.errors import (
    DeliveryInvalid,
    NothingToReturn,
    OrderNotFound,
    ReturnInvalid,
    ShipmentInvalid,
    ShipmentNotFound,
    WithdrawalExcluded,
    WithdrawalInvalid,
    WithdrawalTooLate,
    WithdrawnOrder,
)
from showfloor.orders.schemas import (
    CountsOut,
    NotesOut,
    OrderDetail,
    OrderPage,
    ReturnProofOut,
    ReturnProofTaken,
    SalesOut,
    WithdrawalOut,
)
from showfloor.orders.schemas.wanted import (
    DeliveredIn,
    NoteIn,
    ReturnIn,
    ReturnProofIn,
    ShipmentIn,
    WithdrawalIn,
)
from showfloor.orders.service import Arrival, Parcel, limits
from showfloor.orders.types import Order, OrderFilter, OrderSearch, ReturnProof, Withdrawal
from showfloor.orders.views import (
    CSV_HEADER,
    csv_rows,
    notes_view,
    order_detail,
    page_view,
    sales_view,
    withdrawal_view,
)
from showfloor.shows.errors import ShowNotFound

router = APIRouter(prefix="/api/v1", tags=["orders"])
READ = (NotAuthenticated, NotFound, OrderNotFound)
CHANGE = (*READ, CsrfFailed)
CHANGE_ONCE = (*CHANGE, IdempotencyKeyRequired, IdempotencyConflict)
"""Refusals of a route under an order that takes an Idempotency-Key."""
T = TypeVar("T")
_guesses = PerMinute(30)
"""Tokens of orders that do not exist, from one network, by page and by API together."""
_receipts = PerMinute(30)
"""Receipts of one network, by page and by API together."""


async def unguessed(request: Request, opening: Callable[[], Awaitable[T]]) -> T:
    """Who only guesses tokens of orders has to wait after a while; a right one always opens, as
    others in the same network may have guessed. Raises RateLimited.
    """
    try:
        return await opening()
    except OrderNotFound:
        if not _guesses.hit(network_of(request)):
            raise RateLimited from None
        raise


@router.post(
    "/orders/{order_id}/withdrawal",
    responses=refusals(
        NotFound,
        OrderNotFound,
        RateLimited,
        WithdrawalTooLate,
        WithdrawalExcluded,
        WithdrawalInvalid,
    ),
)
async def withdraw_order(
    order_id: str, body: WithdrawalIn, request: Request, session: SessionDep
) -> WithdrawalOut:
    """The buyer withdraws from the contract, for all goods or for some, and later for more; `token`
    proves that it is the buyer's order. The same as the button of the order's page, whose address
    ends with it.
    """
    secret = request.app.state.settings.secret.encode()
    chosen = ids.parse("ord", order_id)

    async def withdraw() -> tuple[Order, Withdrawal]:
        if service.order_of_token(secret, body.token) != chosen:
            raise OrderNotFound
        received = await service.withdraw(
            session, secret=secret, token=body.token, pieces=body.pieces(), after=body.after
        )
        return await service.open_order(session, secret=secret, token=body.token), received

    return withdrawal_view(*await unguessed(request, withdraw))


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
    which: Annotated[OrderFilter, Query(alias="filter")] = OrderFilter.ALL,
    q: Annotated[str, Query(max_length=200)] = "",
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
    format: Literal["json", "csv"] = "json",
) -> OrderPage | StreamingResponse:
    """The orders of this person's merchants, without buyers: newest first, those that wait to be
    sent with the nearest deadline first, and open returns with what is overdue first. `q` finds
    a number, a name, an email, a SKU or a tracking number; `since` and `until` are when an order
    was placed.

    `format=csv` answers all of them as one file for a spreadsheet, with where they go, a row for
    each line.
    """
    wanted = OrderSearch(which, clean_line(q), since, until)
    if format == "csv":
        return _csv(database, person, wanted, language(request))
    after = ids.parse("ord", cursor) if cursor else None
    page = await service.list_own_orders(
        session, person=person, wanted=wanted, limit=limit, cursor=after
    )
    return page_view(page)


@router.get("/orders/counts", responses=refusals(NotAuthenticated))
async def count_orders(session: SessionDep, person: CurrentPerson) -> CountsOut:
    """How many orders there are behind each filter."""
    return CountsOut(counts=await service.count_own_orders(session, person=person))


def _csv(database: Database, person: Person, wanted: OrderSearch, lang: str) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        yield csv.BYTE_ORDER_MARK + csv.rows_text([CSV_HEADER])
        async for order in service.walk_own_orders(database, person=person, wanted=wanted):
            yield csv.rows_text(csv_rows(order, lang))

    name = f"orders-{clock.now():%Y-%m-%d}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/orders/{order_id}", responses=refusals(*READ))
async def get_order(order_id: str, session: SessionDep, person: CurrentPerson) -> OrderDetail:
    """One order, with where it goes."""
    return order_detail(
        await service.get_own_order(session, person=person, order_id=ids.parse("ord", order_id))
    )


@router.get(
    "/orders/{order_id}/receipt",
    response_class=Response,
    responses={**refusals(*READ, RateLimited), 200: {"content": {"application/pdf": {}}}},
)
async def get_receipt(
    order_id: str, request: Request, database: DatabaseDep, person: Caller
) -> Response:
    """What the buyer has as a receipt, as PDF, in the reader's language."""
    check_receipts(request)
    chosen = ids.parse("ord", order_id)
    async with database.session() as session:
        order = await service.get_own_order(session, person=person, order_id=chosen)
        receipt = await service.write_receipt(session, order, language(request))
    return await receipt_answer(order, receipt)


def check_receipts(request: Request) -> None:
    """A receipt costs a core's time. Raises RateLimited."""
    if not _receipts.hit(network_of(request)):
        raise RateLimited


async def receipt_answer(order: Order, receipt: Paper) -> Response:
    """The file of an order's receipt. Whoever calls has given the database's connection back."""
    headers = {
        "Content-Disposition": f'inline; filename="receipt-{order.number}.pdf"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    content = await draw_aside(receipt)
    return Response(content, media_type="application/pdf", headers=headers)


@router.post(
    "/orders/{order_id}/shipments",
    responses=refusals(*CHANGE_ONCE, WithdrawnOrder, ShipmentInvalid),
    openapi_extra=KEY_HEADER,
)
async def ship_order(
    order_id: str, body: ShipmentIn, session: SessionDep, person: CurrentPerson, key: KeyDep
) -> OrderDetail:
    """A parcel was handed over: all that is left to send, or some of it. The buyer's page shows it,
    and where mails are sent one says so.
    """
    parcel = Parcel(
        pieces=body.pieces(),
        carrier=body.carrier,
        tracking=body.tracking,
        key=key,
        request=idempotency.fingerprint(body.model_dump()),
    )
    chosen = ids.parse("ord", order_id)
    return order_detail(await service.ship(session, person=person, order_id=chosen, parcel=parcel))


@router.post(
    "/orders/{order_id}/shipments/{shipment_id}/delivered",
    responses=refusals(*CHANGE, ShipmentNotFound, DeliveryInvalid),
)
async def mark_delivered(
    order_id: str,
    shipment_id: str,
    body: DeliveredIn,
    session: SessionDep,
    person: CurrentPerson,
) -> OrderDetail:
    """A parcel arrived: the buyer's 14 days to withdraw count from the last one. What was said
    first stays.
    """
    return order_detail(
        await service.mark_delivered(
            session,
            person=person,
            order_id=ids.parse("ord", order_id),
            shipment_id=ids.parse("shp", shipment_id),
            at=body.at,
        )
    )


@router.post(
    "/orders/{order_id}/returns",
    responses=refusals(*CHANGE_ONCE, ReturnInvalid),
    openapi_extra=KEY_HEADER,
)
async def receive_return(
    order_id: str, body: ReturnIn, session: SessionDep, person: CurrentPerson, key: KeyDep
) -> OrderDetail:
    """Pieces came back: all, some, some of them damaged. `restock` of each line's pieces are on
    sale again. Money is given back by a refund; `owed` says how much is due, and by when.
    """
    arrival = Arrival(
        pieces=body.pieces(),
        value_lost=body.value_lost_as_money(),
        key=key,
        request=idempotency.fingerprint(["return", body.model_dump()]),
    )
    chosen = ids.parse("ord", order_id)
    return order_detail(
        await service.receive_return(session, person=person, order_id=chosen, arrival=arrival)
    )


@router.post("/orders/{order_id}/suspicion", status_code=204, responses=refusals(*CHANGE))
async def suspect_buyer(order_id: str, session: SessionDep, person: CurrentPerson) -> None:
    """Say that whoever bought this may be a child. Their account, if they have one, is limited at
    once, and an operator decides. Nothing is answered about them.
    """
    await limits.suspect_buyer(session, person=person, order_id=ids.parse("ord", order_id))


@router.post(
    "/orders/{order_id}/return-proof",
    responses=refusals(NotFound, OrderNotFound, RateLimited, NothingToReturn),
)
async def prove_return(
    order_id: str, body: ReturnProofIn, request: Request, session: SessionDep
) -> ReturnProofTaken:
    """The buyer, whose `token` proves that it is the buyer's order, sent the goods back: from then
    on what is owed for them is due. Doing so again, for as many withdrawals (`covers`), corrects
    carrier and number.
    """
    secret = request.app.state.settings.secret.encode()
    chosen = ids.parse("ord", order_id)

    async def prove() -> ReturnProof:
        if service.order_of_token(secret, body.token) != chosen:
            raise OrderNotFound
        return await service.prove_return(
            session,
            secret=secret,
            token=body.token,
            carrier=body.carrier,
            tracking=body.tracking,
            covers=body.covers,
        )

    proof = await unguessed(request, prove)
    return ReturnProofTaken(
        order_id=ids.encode("ord", chosen), proof=ReturnProofOut.model_validate(proof)
    )


@router.get("/orders/{order_id}/notes", responses=refusals(*READ))
async def list_notes(order_id: str, session: SessionDep, person: CurrentPerson) -> NotesOut:
    """What the merchant's people noted about an order; no buyer sees it."""
    chosen = ids.parse("ord", order_id)
    return notes_view(await service.list_notes(session, person=person, order_id=chosen))


@router.post("/orders/{order_id}/notes", responses=refusals(*CHANGE))
async def add_note(
    order_id: str, body: NoteIn, session: SessionDep, person: CurrentPerson
) -> NotesOut:
    """Note something about an order; all notes afterwards."""
    chosen = ids.parse("ord", order_id)
    return notes_view(
        await service.add_note(session, person=person, order_id=chosen, text=body.text)
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
