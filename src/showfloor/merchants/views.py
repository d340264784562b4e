"""What creators, terms and teams look like on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from showfloor.identity.types import Invitation, Member, OpenInvitation, Role
from showfloor.kit import ids
from showfloor.kit.schemas import Words
from showfloor.merchants.schemas import (
    CreatorOut,
    Creators,
    InvitationOut,
    InvitedOut,
    MemberOut,
    TeamOut,
    TermsList,
    TermsOut,
)
from showfloor.merchants.types import Creator, SellerTerms


def creators_view(creators: Iterable[Creator]) -> Creators:
    return Creators(
        creators=[
            CreatorOut(id=ids.encode("cre", one.id), name=Words(**one.name)) for one in creators
        ]
    )


def terms_view(terms: SellerTerms) -> TermsOut:
    return TermsOut.model_validate(terms)


def terms_list_view(terms: Iterable[SellerTerms]) -> TermsList:
    return TermsList(items=[terms_view(each) for each in terms])


def team_view(
    *,
    name: Mapping[str, str],
    roles: Sequence[Role],
    members: Iterable[Member],
    invited: Iterable[Invitation],
    own: UUID,
) -> TeamOut:
    """`own`: the id of whoever asks."""
    return TeamOut(
        name=Words(**name),
        roles=list(roles),
        members=[member_view(one, own) for one in members],
        invitations=[invitation_view(one) for one in invited],
    )


def member_view(member: Member, own: UUID) -> MemberOut:
    """`own`: the id of whoever asks."""
    return MemberOut(
        id=ids.encode("per", member.person_id),
        name=member.name,
        email=member.email,
        role=member.role,
        own=member.person_id == own,
    )


def invitation_view(invitation: Invitation) -> InvitationOut:
    return InvitationOut(
        id=ids.encode("inv", invitation.id),
        email=invitation.email,
        role=invitation.role,
        expires_at=invitation.expires_at,
    )


def invited_view(opened: OpenInvitation, team: Mapping[str, str]) -> InvitedOut:
    """`team` is its name by language."""
    invitation = opened.invitation
    return InvitedOut(
        team=Words(**team),
        kind=invitation.team.kind.value,
        role=invitation.role,
        email=invitation.email,
        inviter=opened.inviter,
        has_account=opened.has_account,
    )
