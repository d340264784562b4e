"""What the roles of `roles.json` mean for one request."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from showfloor.identity.rules import roles
from showfloor.identity.types import Action, Grant, GrantKind, Person, Role, RoleTable


@cache
def role_table() -> RoleTable:
    """The table as it stands in the repository. Raises ValueError for a word that is none."""
    found = json.loads(files("showfloor.identity").joinpath("roles.json").read_text("utf-8"))
    return RoleTable(
        found["version"],
        {
            GrantKind(kind): {
                Role(role): frozenset(map(Action, actions)) for role, actions in of_kind.items()
            }
            for kind, of_kind in found["roles"].items()
        },
        {
            tag: (Action(pair["read"]), Action(pair["change"]))
            for tag, pair in found["tags"].items()
        },
        {route: Action(action) for route, action in found["routes"].items()},
        frozenset(found["everybody"]),
    )


def can(kind: GrantKind, role: Role, action: Action) -> bool:
    """Whether a member with this role may do that."""
    return roles.can(role_table(), kind, role, action)


def action_of(tag: str, name: str, *, safe: bool) -> Action | None:
    """What a route does; None where the table does not say, so that nobody may."""
    return roles.action_of(role_table(), tag, name, safe=safe)


def is_for_everybody(tag: str) -> bool:
    """Whether a route of this tag is about the person alone."""
    return roles.for_everybody(role_table(), tag)


def limited_to(person: Person, action: Action | None) -> Person:
    """The person with those memberships alone whose role may do this."""
    return roles.limited_to(role_table(), person, action)


def lacks_role(person: Person, action: Action | None) -> bool:
    """Whether it is the person's role that forbids this."""
    return roles.lacks_role(role_table(), person, action)


def roles_of(kind: GrantKind) -> tuple[Role, ...]:
    """Those that a member of such a team may have, the one with most rights first."""
    return tuple(role_table().roles[kind])


def rights_of(person: Person) -> dict[Grant, frozenset[Action]]:
    """Everything that each of the person's memberships allows."""
    roles_by_kind = role_table().roles
    return {
        grant: roles_by_kind[grant.kind].get(grant.role, frozenset()) for grant in person.grants
    }
