"""JSON routes about payouts, for operators alone: computed by one, approved by another, sent to the
bank, and what the bank did.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from showfloor.identity import service as identity
from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated, RoleMissing
from showfloor.identity.http import CurrentPerson
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.ledger import service
from showfloor.ledger.errors import (
    AccountNotFound,
    BatchNotFound,
    BatchWaits,
    HoldOver,
    IbanInvalid,
    NeedsAnotherPerson,
    NothingPayable,
    PayeeMissing,
    PayeeTwice,
    PayoutNotFound,
    PayoutStale,
    PayoutStepInvalid,
    SepaNeedsEuro,
)
from showfloor.ledger.schemas import (
    BatchesOut,
    ComputeIn,
    ExportIn,
    PayoutEndIn,
    PayoutHoldIn,
    PayoutHoldOut,
)
from showfloor.ledger.types import FileKind, Payee, PayoutState
from showfloor.ledger.views import (
    batches_view,
    parse_account,
    payout_hold_view,
)

router = APIRouter(prefix="/api/v1", tags=["operator"])
READ = (NotAuthenticated, RoleMissing, Forbidden)
CHANGE = (*READ, CsrfFailed, NotFound)
STEP = (*CHANGE, BatchNotFound, PayoutStepInvalid)
_FILES: dict[FileKind, tuple[str, str]] = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "sepa": ("application/xml", "xml"),
}
"""Content type, and how the file's name ends."""


@router.get("/payouts/batches", responses=refusals(*READ))
async def list_batches(session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """The newest batches with their payouts, newest first, and what is kept back now."""
    return await _all(session, person)


@router.post(
    "/payouts/batches", status_code=201, responses=refusals(*CHANGE, BatchWaits, NothingPayable)
)
async def compute_batch(body: ComputeIn, session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """Gather what is payable in a currency. No money moves before somebody else approves."""
    await service.compute(session, person=person, currency=body.currency)
    return await _all(session, person)


@router.post(
    "/payouts/batches/{batch_id}/approve",
    responses=refusals(*STEP, NeedsAnotherPerson, PayoutStale),
)
async def approve_batch(batch_id: str, session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """Take the money off the payees' accounts. Needs another person than computed."""
    await service.approve(session, person=person, batch_id=ids.parse("pob", batch_id))
    return await _all(session, person)


@router.post("/payouts/batches/{batch_id}/discard", responses=refusals(*STEP))
async def discard_batch(batch_id: str, session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """Give a batch up that nobody approved."""
    await service.discard(session, person=person, batch_id=ids.parse("pob", batch_id))
    return await _all(session, person)


@router.post(
    "/payouts/batches/{batch_id}/export",
    response_class=Response,
    responses={
        **refusals(*STEP, PayeeMissing, PayeeTwice, IbanInvalid, SepaNeedsEuro),
        200: {"content": {"text/csv": {}, "application/xml": {}}},
    },
)
async def export_batch(
    batch_id: str, body: ExportIn, session: SessionDep, person: CurrentPerson
) -> Response:
    """The file for the bank; from then on the payouts are sent. Asked for again it has those that
    the bank has not answered for, and the bank details of the new request. Bank details are stored
    nowhere; the security log says who asked.
    """
    chosen = ids.parse("pob", batch_id)
    _, content = await service.write_bank_file(
        session,
        person=person,
        batch_id=chosen,
        kind=body.format,
        payees=service.payees_of((each.account, each.name, each.iban) for each in body.payees),
        debtor=Payee(body.debtor_name, body.debtor_iban),
    )
    kind, suffix = _FILES[body.format]
    headers = {
        "Content-Disposition": f'attachment; filename="payouts-{batch_id}.{suffix}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=kind, headers=headers)


@router.post("/payouts/{payout_id}/settle", responses=refusals(*STEP, PayoutNotFound))
async def settle_payout(payout_id: str, session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """The bank has paid it."""
    return await _end(session, person, payout_id, PayoutState.SETTLED)


@router.post("/payouts/{payout_id}/fail", responses=refusals(*STEP, PayoutNotFound))
async def fail_payout(
    payout_id: str, body: PayoutEndIn, session: SessionDep, person: CurrentPerson
) -> BatchesOut:
    """The bank did not pay it: the money is the payee's again."""
    return await _end(session, person, payout_id, PayoutState.FAILED, body.reason)


@router.post("/payouts/{payout_id}/return", responses=refusals(*STEP, PayoutNotFound))
async def return_payout(
    payout_id: str, body: PayoutEndIn, session: SessionDep, person: CurrentPerson
) -> BatchesOut:
    """It came back after it had been paid: the money is the payee's again."""
    return await _end(session, person, payout_id, PayoutState.RETURNED, body.reason)


@router.post("/payouts/holds", status_code=201, responses=refusals(*CHANGE, AccountNotFound))
async def hold_payouts(
    body: PayoutHoldIn, session: SessionDep, person: CurrentPerson
) -> PayoutHoldOut:
    """Keep money back for a reason that its owner reads, until a day."""
    account = parse_account(body.account)
    names = await service.names_of(session, [account])
    if account not in names:
        raise AccountNotFound
    held = await service.hold(
        session,
        person=person,
        account=account,
        currency=body.currency,
        amount=body.amount,
        reason=body.reason,
        ends_at=clock.now() + timedelta(days=body.days),
    )
    return payout_hold_view(held, names)


@router.post("/payouts/holds/{hold_id}/release", responses=refusals(*CHANGE, HoldOver))
async def release_payouts(hold_id: str, session: SessionDep, person: CurrentPerson) -> BatchesOut:
    """Keep it back no longer."""
    await service.release(session, person=person, hold_id=ids.parse("pho", hold_id))
    return await _all(session, person)


async def _end(
    session: SessionDep,
    person: CurrentPerson,
    payout_id: str,
    state: PayoutState,
    reason: str | None = None,
) -> BatchesOut:
    chosen: UUID = ids.parse("po", payout_id)
    await service.end(session, person=person, payout_id=chosen, state=state, reason=reason)
    return await _all(session, person)


async def _all(session: SessionDep, person: CurrentPerson) -> BatchesOut:
    found = await service.list_batches(session, person=person)
    holds = await service.list_holds(session, person=person)
    accounts = {each.account for batch in found for each in batch.payouts}
    names = await service.names_of(session, accounts | {each.account for each in holds})
    people = {each.computed_by for each in found}
    people |= {each.approved_by for each in found if each.approved_by}
    return batches_view(person, found, holds, names, await identity.names_of(session, people))
