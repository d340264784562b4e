"""The link of an invitation."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.rules import invitations as rules

SECRET = "s" * 32


def test_invitation_token_of_a_mail_already_sent_stays_valid() -> None:
    invitation_id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    sent = "AYkKXayWd0u8zrMCCZqAV54UB6ILnrr6nDbl-pOmLRE"

    assert rules.invitation_token(SECRET, invitation_id) == sent
    assert rules.invitation_of_token(SECRET, sent) == invitation_id
    assert rules.invitation_of_token("t" * 32, sent) is None
