"""JSON routes of what a viewer does not type again when they buy: addresses, and their age."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.deps import gate_of
from showfloor.identity.errors import AgeRefused, CsrfFailed, NotAuthenticated
from showfloor.identity.schemas import AdmissionOut
from showfloor.kit import ids
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import AddressIn
from showfloor.viewers import service
from showfloor.viewers.errors import AddressNotFound, TooManyAddresses
from showfloor.viewers.http.who import CurrentViewer
from showfloor.viewers.schemas import KeptAddressesOut, KeptAddressOut, OwnAdmissionIn
from showfloor.viewers.types import Place
from showfloor.viewers.views import address_view, addresses_view

router = APIRouter(prefix="/api/v1/viewer", tags=["viewer"])
OWN = (NotAuthenticated, CsrfFailed)


@router.get("/addresses", responses=refusals(NotAuthenticated))
async def list_addresses(session: SessionDep, viewer: CurrentViewer) -> KeptAddressesOut:
    """The addresses in this account, the one that was last bought with first."""
    return addresses_view(await service.list_addresses(session, viewer))


@router.post("/addresses", status_code=201, responses=refusals(*OWN, TooManyAddresses))
async def keep_address(
    body: AddressIn, session: SessionDep, viewer: CurrentViewer
) -> KeptAddressOut:
    """Keep an address that is bought with. One that is kept already is not kept twice, and comes
    first from now on.
    """
    return address_view(await service.keep_address(session, viewer=viewer, place=_place(body)))


@router.put("/addresses/{address_id}", responses=refusals(*OWN, AddressNotFound))
async def change_address(
    address_id: str, body: AddressIn, session: SessionDep, viewer: CurrentViewer
) -> KeptAddressOut:
    """Correct an address. Orders keep the one that they were sent to."""
    changed = await service.change_address(
        session, viewer=viewer, address_id=ids.parse("adr", address_id), place=_place(body)
    )
    return address_view(changed)


@router.delete("/addresses/{address_id}", status_code=204, responses=refusals(*OWN))
async def forget_address(address_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    """Forget an address. Forgetting twice is fine."""
    await service.forget_address(session, viewer=viewer, address_id=ids.parse("adr", address_id))


@router.post("/admissions", responses=refusals(*OWN, AgeRefused))
async def admit_account(
    body: OwnAdmissionIn, request: Request, viewer: CurrentViewer
) -> AdmissionOut:
    """Whoever is signed in is not asked for their date of birth again: what was said when the
    account was made holds, and they grow older since.
    """
    gate = gate_of(request)
    gate.check(request)
    admission = gate.check_account(body.door, viewer.age, body.country)
    return AdmissionOut(admission=gate.gate.token(admission, body.country))


def _place(given: AddressIn) -> Place:
    return Place(
        given.name, given.line1, given.line2 or None, given.city, given.postal_code, given.country
    )
