"""The page of an order: as it was agreed, with what its buyer may still do, whole without script.
Its address is a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from showfloor.kit.answers import chosen_language, language
from showfloor.kit.db import Session
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.markets.service import get_market
from showfloor.merchants import service as merchants
from showfloor.merchants.views import terms_view
from showfloor.orders import service as orders
from showfloor.orders.errors import WithdrawalInvalid
from showfloor.orders.http import check_receipts, receipt_answer, unguessed
from showfloor.orders.schemas.wanted import ReturnProofIn, WithdrawalIn
from showfloor.orders.types import Order
from showfloor.orders.views import due_back_of, due_for_everything, order_detail
from showfloor.web import pages
from showfloor.web.http import page, templates

_LONGEST_FORM = 4096
_MOST_LINES = 250
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/o/{token}")
async def order(token: str, request: Request, session: SessionDep) -> Response:
    return await _order(token, request, session)


@router.get("/o/{token}/withdrawal")
async def ask_withdrawal(token: str, request: Request, session: SessionDep) -> Response:
    """The second step, which says what the next button does."""
    return await _order(token, request, session, withdrawing=True)


@router.post("/o/{token}/withdrawal")
async def withdraw(token: str, request: Request, session: SessionDep) -> Response:
    secret = request.app.state.settings.secret.encode()
    form = await _small_form(request, most=_MOST_LINES)
    found = await unguessed(request, lambda: orders.open_order(session, secret=secret, token=token))
    try:
        if form.get("choice") not in ("all", "pieces"):
            raise WithdrawalInvalid
        said = WithdrawalIn.model_validate({"token": token, **_chosen(found, form)})
        await orders.withdraw(
            session, secret=secret, token=token, pieces=said.pieces(), after=said.after
        )
    except (ValidationError, WithdrawalInvalid):
        return RedirectResponse(f"/o/{token}/withdrawal?choose=again", 303, _NO_REFERRER)
    return RedirectResponse(f"/o/{token}", 303, _NO_REFERRER)


def _chosen(order: Order, form: Mapping[str, str]) -> dict[str, object]:
    """What a form says of the goods; nothing is everything only where the form says so."""
    said: dict[str, object] = {"after": form.get("after", "0")}
    if form["choice"] == "pieces":
        counts = {item.sku: form.get(f"line-{at}", "0") for at, item in enumerate(order.items)}
        said["lines"] = [
            {"sku": sku, "quantity": count} for sku, count in counts.items() if count != "0"
        ]
    return said


@router.get("/o/{token}/receipt.pdf")
async def receipt(token: str, request: Request, database: DatabaseDep) -> Response:
    check_receipts(request)
    secret = request.app.state.settings.secret.encode()
    async with database.session() as session:
        found = await unguessed(
            request, lambda: orders.open_order(session, secret=secret, token=token)
        )
        drawn = await orders.write_receipt(session, found, _language_of(request, found))
    return await receipt_answer(found, drawn)


@router.post("/o/{token}/return-proof")
async def prove_return(token: str, request: Request, session: SessionDep) -> Response:
    """The buyer says with whom, and under which number, the goods are on their way back."""
    secret = request.app.state.settings.secret.encode()
    form = await _small_form(request)
    try:
        said = ReturnProofIn.model_validate({"token": token, **form})
    except ValidationError:
        which = form.get("covers", "")
        where = which if which.isascii() and which.isdigit() else "new"
        return RedirectResponse(f"/o/{token}?proof={where}#way-back", 303, _NO_REFERRER)
    await unguessed(
        request,
        lambda: orders.prove_return(
            session,
            secret=secret,
            token=token,
            carrier=said.carrier,
            tracking=said.tracking,
            covers=said.covers,
        ),
    )
    return RedirectResponse(f"/o/{token}#way-back", 303, _NO_REFERRER)


async def _small_form(request: Request, most: int = 20) -> dict[str, str]:
    """The fields of a form without files; nothing of one that is longer than any of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=most))
    except ValueError:
        return {}


async def _order(
    token: str, request: Request, session: Session, *, withdrawing: bool = False
) -> Response:
    """Its address is a secret: no other site learns it, no search engine and no cache keeps it."""
    settings = request.app.state.settings
    secret = settings.secret.encode()
    found = await unguessed(request, lambda: orders.open_order(session, secret=secret, token=token))
    lang = _language_of(request, found)
    agreed = await merchants.get_terms(session, found.terms)
    way_back = None
    if found.withdrawn_at is not None:
        way_back = await merchants.find_way_back(
            session, found.merchant_id, agreed, found.own_address
        )
    may_withdraw = orders.may_withdraw(found)
    html = pages.render_order(
        templates(),
        lang=lang,
        path=f"/o/{token}",
        order=order_detail(found).model_dump(mode="json"),
        timezone=get_market(found.market).timezone,
        is_export=found.quote is not None and found.quote.is_export,
        mails=settings.smtp_server is not None,
        terms=[terms_view(each).model_dump(mode="json") for each in agreed],
        due_back=due_for_everything(found) if withdrawing and may_withdraw else due_back_of(found),
        choose_again="choose" in request.query_params,
        way_back=way_back,
        proof_missing=request.query_params.get("proof"),
        withdrawing=withdrawing,
        may_withdraw=may_withdraw,
        may_claim=found.buyer is not None and found.buyer.viewer_id is None,
    )
    answer = page(request, html, lang=lang)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _language_of(request: Request, order: Order) -> str:
    """What the reader chose, or the language in which the order was placed."""
    bought_in = order.buyer.language if order.buyer else None
    return chosen_language(request) or bought_in or language(request)
