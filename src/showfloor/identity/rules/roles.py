"""Which role may do what, and which of somebody's memberships count for one request: pure functions
over the table in `roles.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from showfloor.identity.types import Action, Grant, GrantKind, Person, Role, RoleTable


def can(table: RoleTable, kind: GrantKind, role: Role, action: Action) -> bool:
    """Whether a member with this role may do that. A role that the kind does not have may do
    nothing.
    """
    return action in table.roles[kind].get(role, frozenset())


def action_of(table: RoleTable, tag: str, name: str, *, safe: bool) -> Action | None:
    """What a route does, by its own name or else by its tag; None where the table does not say."""
    if (own := table.routes.get(name)) is not None:
        return own
    pair = table.tags.get(tag)
    return None if pair is None else pair[0 if safe else 1]


def for_everybody(table: RoleTable, tag: str) -> bool:
    """Routes of these tags are about the person, whatever role they have."""
    return tag in table.everybody


def person_with(person_id: UUID, name: str, email: str, grants: Iterable[Grant]) -> Person:
    """A person with everything they were granted."""
    found = tuple(sorted(grants, key=lambda grant: (grant.kind, grant.subject_id)))
    return _acting(Person(person_id, name, email, frozenset(), None, False, grants=found), found)


def limited_to(table: RoleTable, person: Person, action: Action | None) -> Person:
    """The same person with those memberships alone whose role may do this; with none where the
    table does not know the action. `grants` stays whole.
    """
    kept = [
        grant
        for grant in person.grants
        if action is not None and can(table, grant.kind, grant.role, action)
    ]
    return _acting(person, kept)


def lacks_role(table: RoleTable, person: Person, action: Action | None) -> bool:
    """Whether somebody belongs to a team in which others may do this, but their own role may in
    none of their teams.

    False for who is in no such team: to them it is not found, or empty.
    """
    if action is None:
        return bool(person.grants)
    within = [
        grant
        for grant in person.grants
        if any(can(table, grant.kind, role, action) for role in table.roles[grant.kind])
    ]
    return bool(within) and not any(can(table, one.kind, one.role, action) for one in within)


def _acting(person: Person, grants: Iterable[Grant]) -> Person:
    of_kind: dict[GrantKind, list[UUID]] = {kind: [] for kind in GrantKind}
    for grant in grants:
        of_kind[grant.kind].append(grant.subject_id)
    # A person hosts as one creator: the oldest, if there were ever several.
    creators = sorted(of_kind[GrantKind.CREATOR])
    return replace(
        person,
        merchant_ids=frozenset(of_kind[GrantKind.MERCHANT]),
        creator_id=creators[0] if creators else None,
        is_operator=bool(of_kind[GrantKind.OPERATOR]),
        show_ids=frozenset(of_kind[GrantKind.SHOW]),
    )
