"""The link of an invitation, and who may not leave a team."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID

from showfloor.identity.types import Grant, GrantKind, Member, Role
from showfloor.kit.retention import lasts

INVITATION_LASTS = lasts("invitation")
MOST_INVITATIONS = 50
"""Of one team, that wait for an answer: nobody sends mails to a whole address book."""
MOST_INVITED_A_DAY = 100
"""Of one team, those that were withdrawn or replaced included."""
_MAC_BYTES = 16


def invitation_token(secret: str, invitation_id: UUID) -> str:
    """Opens an invitation. Made from its id with a key of 128 bits, so that nothing secret is
    stored and the mail can be written again.
    """
    signed = hmac.digest(secret.encode(), b"invitation:" + invitation_id.bytes, sha256)
    return urlsafe_b64encode(invitation_id.bytes + signed[:_MAC_BYTES]).decode().rstrip("=")


def invitation_of_token(secret: str, token: str) -> UUID | None:
    """Only the very text that `invitation_token` makes will do, compared in a time that tells
    nothing.
    """
    try:
        invitation_id = UUID(bytes=urlsafe_b64decode(token.encode() + b"==")[:16])
    except ValueError:
        return None
    expected = invitation_token(secret, invitation_id)
    return invitation_id if hmac.compare_digest(token.encode(), expected.encode()) else None


def is_last_owner(members: Iterable[Member], person_id: UUID) -> bool:
    """Whether nobody else who can sign in owns this team."""
    owners = {one.person_id for one in members if one.role is Role.OWNER and not one.is_disabled}
    return owners == {person_id}


def hosts_elsewhere(grants: Iterable[Grant], kind: GrantKind, subject_id: UUID) -> bool:
    """A person hosts as one creator."""
    return kind is GrantKind.CREATOR and any(
        grant.kind is GrantKind.CREATOR and grant.subject_id != subject_id for grant in grants
    )
