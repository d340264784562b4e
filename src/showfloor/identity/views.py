"""Sessions, keys and the security log as wire models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from showfloor.identity.schemas import (
    TEAM_PREFIXES,
    DoorCountOut,
    KeyOut,
    KeysOut,
    MembershipOut,
    OpenSessionOut,
    PersonOut,
    SafetyOut,
    SecurityLogOut,
    SecurityRecordOut,
    SessionOut,
    SessionsOut,
)
from showfloor.identity.types import (
    Action,
    ApiKey,
    Grant,
    GrantKind,
    OpenSession,
    Person,
    Safety,
    SecurityRecord,
)
from showfloor.kit import ids
from showfloor.privacy.views import case_view, figures_view, policy_view, request_view

_PREFIXES = TEAM_PREFIXES | {GrantKind.SHOW: "show"}


def session_view(
    person: Person, csrf: str, rights: Mapping[Grant, frozenset[Action]]
) -> SessionOut:
    """`rights` are what each membership of the person allows."""
    return SessionOut(
        person=PersonOut(id=ids.encode("per", person.id), name=person.name),
        csrf=csrf,
        merchants=sorted(ids.encode("mer", merchant) for merchant in person.merchant_ids),
        creator=ids.encode("cre", person.creator_id) if person.creator_id else None,
        operator=person.is_operator,
        teams=[
            MembershipOut(
                team=ids.encode(_PREFIXES[grant.kind], grant.subject_id),
                role=grant.role,
                may=sorted(rights[grant]),
            )
            for grant in person.grants
            if grant.kind in _PREFIXES
        ],
        may=sorted(frozenset().union(*rights.values())),
    )


def sessions_view(sessions: Iterable[OpenSession], own: UUID | None) -> SessionsOut:
    """`own`: the one that asks."""
    return SessionsOut(
        sessions=[
            OpenSessionOut(
                id=ids.encode("ses", one.id),
                current=one.id == own,
                created_at=one.created_at,
                expires_at=one.expires_at,
            )
            for one in sessions
        ]
    )


def keys_view(keys: Iterable[ApiKey]) -> KeysOut:
    return KeysOut(
        keys=[
            KeyOut(
                id=ids.encode("key", key.id),
                label=key.label,
                scopes=sorted(key.scopes),
                created_at=key.created_at,
                expires_at=key.expires_at,
                last_used_at=key.last_used_at,
            )
            for key in keys
        ]
    )


def safety_view(safety: Safety, now: datetime) -> SafetyOut:
    return SafetyOut(
        now=now,
        cases=[case_view(each) for each in safety.cases],
        figures=figures_view(safety.figures),
        requests=[request_view(each) for each in safety.requests],
        gate=[DoorCountOut(door=each.door, refused=each.refused) for each in safety.gate],
        policy=policy_view(safety.policy),
    )


def security_log_view(records: Iterable[SecurityRecord]) -> SecurityLogOut:
    return SecurityLogOut(
        records=[
            SecurityRecordOut(
                id=one.id,
                at=one.at,
                event=one.event,
                person=ids.encode("per", one.person_id) if one.person_id else None,
                by=ids.encode("per", one.by_id) if one.by_id else None,
                about=one.about,
            )
            for one in records
        ]
    )
