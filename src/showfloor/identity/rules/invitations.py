"""The link of an invitation, and who may not leave a team."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from showfloor.identity.types import Grant, GrantKind, Member, Role
from showfloor.kit import tokens
from showfloor.kit.retention import lasts

INVITATION_LASTS = lasts("invitation")
MOST_INVITATIONS = 50
"""Of one team, that wait for an answer: nobody sends mails to a whole address book."""
MOST_INVITED_A_DAY = 100
"""Of one team, those that were withdrawn or replaced included."""
_INVITATION = b"invitation:"


def invitation_token(secret: str, invitation_id: UUID) -> str:
    """Opens an invitation; the mail can be written again with the same."""
    return tokens.sign_id(secret.encode(), _INVITATION, invitation_id)


def invitation_of_token(secret: str, token: str) -> UUID | None:
    """None for what we never gave."""
    return tokens.id_of(secret.encode(), _INVITATION, token)


def is_last_owner(members: Iterable[Member], person_id: UUID) -> bool:
    """Whether nobody else who can sign in owns this team."""
    owners = {one.person_id for one in members if one.role is Role.OWNER and not one.is_disabled}
    return owners == {person_id}


def hosts_elsewhere(grants: Iterable[Grant], kind: GrantKind, subject_id: UUID) -> bool:
    """A person hosts as one creator."""
    return kind is GrantKind.CREATOR and any(
        grant.kind is GrantKind.CREATOR and grant.subject_id != subject_id for grant in grants
    )
