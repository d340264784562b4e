"""JSON routes of `notices`: who at a merchant's is written to about its orders."""

from __future__ import annotations

from fastapi import APIRouter

from showfloor.identity.errors import CsrfFailed, NotAuthenticated, RoleMissing
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.notices import service
from showfloor.notices.schemas import MailChoiceIn, MailChoiceOut
from showfloor.notices.types import MailChoice
from showfloor.notices.views import choice_view

router = APIRouter(prefix="/api/v1", tags=["orders"])
READ = (NotAuthenticated, RoleMissing, NotFound)


@router.get("/merchants/{merchant_id}/own-mails", responses=refusals(*READ))
async def get_own_mails(
    merchant_id: str, session: SessionDep, person: CurrentPerson
) -> MailChoiceOut:
    """Whether whoever asks is written to about new orders, withdrawals and refunds that failed."""
    chosen = await service.get_choice(
        session, person=person, merchant_id=ids.parse("mer", merchant_id)
    )
    return choice_view(chosen)


@router.put("/merchants/{merchant_id}/own-mails", responses=refusals(*READ, CsrfFailed))
async def choose_own_mails(
    merchant_id: str, body: MailChoiceIn, session: SessionDep, person: CurrentPerson
) -> MailChoiceOut:
    """Choose it, for oneself alone. Owners are written to until they choose otherwise, others who
    may send goods from when they choose so.
    """
    chosen = MailChoice(body.wanted, body.language)
    await service.choose_mails(
        session, person=person, merchant_id=ids.parse("mer", merchant_id), choice=chosen
    )
    return choice_view(chosen)
