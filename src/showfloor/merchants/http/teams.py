"""JSON routes of teams: who works for a merchant or a creator, who is invited, and the way in.

A team is called by the id of its merchant (`mer_…`) or its creator (`cre_…`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from showfloor.identity import service as identity
from showfloor.identity.deps import gate_of, read_age
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    AlreadyMember,
    CsrfFailed,
    EmailTaken,
    Forbidden,
    HostsElsewhere,
    InvitationNotFound,
    InvitedSomebodyElse,
    InvitedTooOften,
    LastOwner,
    MemberNotFound,
    NotAuthenticated,
    PasswordTooCommon,
    PasswordTooShort,
    RoleUnknown,
    SignInToAccept,
    TooManyInvitations,
)
from showfloor.identity.http import CurrentPerson, remember
from showfloor.identity.schemas import TEAM_PREFIXES, AgeIn, SessionOut
from showfloor.identity.types import Admission, CollectionPoint, Team
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.merchants import service
from showfloor.merchants.errors import CreatorNotFound, MerchantNotFound
from showfloor.merchants.schemas import (
    InvitationIn,
    InvitationOut,
    InvitedOut,
    JoinIn,
    MemberOut,
    RoleIn,
    TeamOut,
    TokenIn,
)
from showfloor.merchants.views import invitation_view, invited_view, member_view, team_view

NameOfTeam = Callable[[Session, Team], Awaitable[dict[str, str]]]

router = APIRouter(prefix="/api/v1", tags=["teams"])
READ = (NotAuthenticated, Forbidden, NotFound)
CHANGE = (NotAuthenticated, CsrfFailed, Forbidden, NotFound)


def parse_team(team_id: str) -> Team:
    """Raises NotFound."""
    for kind, prefix in TEAM_PREFIXES.items():
        if team_id.startswith(f"{prefix}_"):
            return Team(kind, ids.parse(prefix, team_id))
    raise NotFound


TeamDep = Annotated[Team, Depends(parse_team)]


@router.get("/teams/{team_id}", responses=refusals(*READ, MerchantNotFound, CreatorNotFound))
async def get_team(team: TeamDep, session: SessionDep, person: CurrentPerson) -> TeamOut:
    """Who works here, in which role, and who is invited; the roles that a member may have."""
    members = await identity.list_members(session, person=person, team=team)
    invited = await identity.list_invitations(session, person=person, team=team)
    return team_view(
        name=await service.name_of_team(session, team),
        roles=identity.roles_of(team.kind),
        members=members,
        invited=invited,
        own=person.id,
    )


@router.post(
    "/teams/{team_id}/invitations",
    status_code=201,
    responses=refusals(*CHANGE, RoleUnknown, AlreadyMember, TooManyInvitations, InvitedTooOften),
)
async def invite_member(
    team: TeamDep, body: InvitationIn, session: SessionDep, person: CurrentPerson
) -> InvitationOut:
    """Send somebody a link by mail that lets them in once, within seven days. Inviting an address
    again ends the link before.
    """
    return invitation_view(
        await identity.invite(
            session,
            person=person,
            team=team,
            email=body.email,
            role=body.role,
            language=body.language,
        )
    )


@router.delete(
    "/teams/{team_id}/invitations/{invitation_id}",
    status_code=204,
    responses=refusals(*CHANGE, InvitationNotFound),
)
async def withdraw_invitation(
    team: TeamDep, invitation_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """The link means nothing from here on."""
    await identity.withdraw_invitation(
        session, person=person, team=team, invitation_id=ids.parse("inv", invitation_id)
    )


@router.patch(
    "/teams/{team_id}/members/{person_id}",
    responses=refusals(*CHANGE, RoleUnknown, MemberNotFound, LastOwner),
)
async def change_role(
    team: TeamDep, person_id: str, body: RoleIn, session: SessionDep, person: CurrentPerson
) -> MemberOut:
    """Give a member another role. It counts from their next request on."""
    chosen = ids.parse("per", person_id)
    changed = await identity.change_role(
        session, person=person, team=team, member_id=chosen, role=body.role
    )
    return member_view(changed, person.id)


@router.delete(
    "/teams/{team_id}/members/{person_id}",
    status_code=204,
    responses=refusals(*CHANGE, MemberNotFound, LastOwner),
)
async def remove_member(
    team: TeamDep, person_id: str, session: SessionDep, person: CurrentPerson
) -> None:
    """Take somebody out of the team, from their next request on. Their account stays."""
    await identity.remove_member(
        session, person=person, team=team, member_id=ids.parse("per", person_id)
    )


entry = APIRouter(prefix="/api/v1", tags=["session"])


@entry.post("/invitations/open", responses=refusals(InvitationNotFound))
async def open_invitation(body: TokenIn, request: Request, session: SessionDep) -> InvitedOut:
    """What an invitation's link leads to."""
    found = await identity.open_invitation(session, secret=_secret(request), token=body.token)
    return invited_view(found, await _name(request, session, found.invitation.team))


@entry.post(
    "/invitations/accept",
    status_code=204,
    responses=refusals(
        NotAuthenticated, CsrfFailed, InvitationNotFound, InvitedSomebodyElse, HostsElsewhere
    ),
)
async def accept_invitation(
    body: TokenIn, request: Request, session: SessionDep, person: CurrentPerson
) -> None:
    """Come into the team with the account that one is signed in with."""
    await identity.accept_invitation(
        session, person=person, secret=_secret(request), token=body.token
    )


async def admit(request: Request) -> Admission:
    """Before the rest of the request is looked at."""
    given = await read_age(request, AgeIn)
    return gate_of(request).admit(request, CollectionPoint.STUDIO_SIGN_IN, given)


@entry.post(
    "/invitations/join",
    status_code=201,
    responses=refusals(
        AdultDeclarationRequired,
        InvitationNotFound,
        SignInToAccept,
        EmailTaken,
        PasswordTooShort,
        PasswordTooCommon,
    ),
)
async def join_team(
    admission: Annotated[Admission, Depends(admit)],
    body: JoinIn,
    request: Request,
    response: Response,
    database: DatabaseDep,
) -> SessionOut:
    """Come into the team as somebody new, and be signed in."""
    signed_in = await identity.join_team(
        database,
        admission=admission,
        secret=_secret(request),
        token=body.token,
        name=body.name,
        password=body.password,
    )
    return remember(request, response, signed_in)


async def _name(request: Request, session: Session, team: Team) -> dict[str, str]:
    """Also of a show, which this room knows nothing of (`app/wiring`)."""
    named: NameOfTeam = request.app.state.name_of_team
    return await named(session, team)


def _secret(request: Request) -> str:
    return str(request.app.state.settings.secret)
