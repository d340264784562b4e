"""Refusals of `identity`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class AgeRefused(AppError):
    """The person may not do this, now or within a day. Nothing was read, nothing was written."""

    code = "age_refused"
    status = 403


class AccountLimited(AppError):
    """Somebody doubts what was said about the age of the account's owner, and nobody has decided
    yet. The browser is not refused anything else.
    """

    code = "account_limited"
    status = 403


class AdultDeclarationRequired(AppError):
    """Nobody has said how old the person is. Nothing was read, nothing was written."""

    code = "adult_declaration_required"
    status = 403
    implies = (AgeRefused, AccountLimited)


class ScopeMissing(AppError):
    """The key is valid, but was not made for this."""

    code = "scope_missing"
    status = 403


class RoleMissing(AppError):
    """The person belongs to the team, but their role in it is for something else."""

    code = "role_missing"
    status = 403


class RoleUnknown(AppError):
    """Teams of this kind do not have it."""

    code = "role_unknown"
    status = 422


class NotAuthenticated(AppError):
    code = "not_authenticated"
    status = 401
    implies = (ScopeMissing, RoleMissing)


class SignInFailed(AppError):
    """Unknown address or wrong password: the answer is the same, and takes as long."""

    code = "sign_in_failed"
    status = 401


class TooManyAttempts(AppError):
    """`retry_after` in seconds."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, *, retry_after: int = 60) -> None:
        super().__init__(extra={"seconds": retry_after}, count=retry_after)
        self.retry_after = retry_after


class Forbidden(AppError):
    code = "forbidden"
    status = 403


class CsrfFailed(AppError):
    code = "csrf_failed"
    status = 403


class PersonNotFound(AppError):
    code = "person_not_found"
    status = 404


class PasswordTooShort(AppError):
    code = "password_too_short"
    status = 422


class PasswordTooCommon(AppError):
    """Guessers try it among the first million."""

    code = "password_too_common"
    status = 422


class KeyNotFound(AppError):
    code = "key_not_found"
    status = 404


class SessionNotFound(AppError):
    """Also one that has ended by itself, and somebody else's."""

    code = "session_not_found"
    status = 404


class EmailTaken(AppError):
    code = "email_taken"
    status = 409


class LastOwner(AppError):
    """A team without an owner could let nobody in again."""

    code = "last_owner"
    status = 409


class MemberNotFound(AppError):
    code = "member_not_found"
    status = 404


class AlreadyMember(AppError):
    code = "already_member"
    status = 409


class HostsElsewhere(AppError):
    """A person belongs to the team of one creator."""

    code = "hosts_elsewhere"
    status = 409


class TooManyInvitations(AppError):
    code = "too_many_invitations"
    status = 409


class InvitedTooOften(AppError):
    code = "invited_too_often"
    status = 429
    retry_after = 3600


class InvitationNotFound(AppError):
    """Never made, used, withdrawn or over: a stranger learns no more."""

    code = "invitation_not_found"
    status = 404


class InvitedSomebodyElse(AppError):
    """Whoever is signed in has another address than the one that was invited."""

    code = "invited_somebody_else"
    status = 403


class SignInToAccept(AppError):
    """The invited address has an account already."""

    code = "sign_in_to_accept"
    status = 409
