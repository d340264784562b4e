"""The table of roles: what it says is what was reviewed, and who may less gets no more."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from showfloor.identity import service
from showfloor.identity.rules import roles
from showfloor.identity.types import Action, Grant, GrantKind, Person, Role

GOLDEN = Path(__file__).with_name("roles.golden.txt")
"""Reviewed by a person: a change of `roles.json` changes it in the same commit."""
TABLE = service.role_table()
CHANGES = {action for action in Action if not action.value.endswith((".read", ".figures"))}
EVERY = [(kind, role) for kind in GrantKind for role in TABLE.roles[kind]]
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def as_text() -> str:
    """A line for every pair of role and action: nothing is said by leaving it out."""
    return "".join(
        f"{kind.value:9}{role.value:11}{action.value:19}"
        f"{'may' if service.can(kind, role, action) else '-'}\n"
        for kind, role in EVERY
        for action in Action
    )


def person(*grants: Grant) -> Person:
    return roles.person_with(UUID(int=9), "Lina", "lina@example.com", grants)


def test_table_says_what_was_reviewed() -> None:
    assert as_text() == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize(("kind", "role"), EVERY)
def test_owner_may_whatever_another_member_may(kind: GrantKind, role: Role) -> None:
    highest = service.roles_of(kind)[0]

    assert TABLE.roles[kind][role] <= TABLE.roles[kind][highest]
    assert highest in (Role.OWNER, Role.OPERATOR) or kind is GrantKind.SHOW


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.ANALYST])
def test_who_only_reads_changes_nothing(role: Role) -> None:
    for kind in GrantKind:
        assert not TABLE.roles[kind].get(role, frozenset()) & CHANGES


def test_only_owners_and_operators_manage_teams_and_secrets() -> None:
    guarded = {Action.TEAM_MANAGE, Action.MONEY_MANAGE, Action.DEVELOPERS_MANAGE}

    found = {role for kind, role in EVERY if TABLE.roles[kind][role] & guarded}

    assert found == {Role.OWNER, Role.OPERATOR}


def test_role_of_another_kind_of_team_may_do_nothing() -> None:
    for action in Action:
        assert not service.can(GrantKind.MERCHANT, Role.PRODUCER, action)
        assert not service.can(GrantKind.CREATOR, Role.ORDERS, action)


def test_person_acts_only_for_teams_whose_role_allows_it() -> None:
    lina = person(
        Grant(GrantKind.MERCHANT, A, Role.OWNER),
        Grant(GrantKind.MERCHANT, B, Role.READ_ONLY),
        Grant(GrantKind.CREATOR, C, Role.MODERATOR),
    )

    reads = service.limited_to(lina, Action.ORDERS_READ)
    ships = service.limited_to(lina, Action.ORDERS_FULFIL)
    runs = service.limited_to(lina, Action.SHOW_RUN)
    looks = service.limited_to(lina, Action.SHOW_READ)

    assert lina.merchant_ids == {A, B} and lina.creator_id == C
    assert reads.merchant_ids == {A, B} and reads.creator_id is None
    assert ships.merchant_ids == {A}
    assert (runs.merchant_ids, runs.creator_id) == (frozenset(), None)
    assert looks.creator_id == C
    assert {reads.grants, ships.grants, runs.grants} == {lina.grants}


def test_action_that_nobody_thought_of_is_for_nobody() -> None:
    owner = person(
        Grant(GrantKind.MERCHANT, A, Role.OWNER), Grant(GrantKind.CREATOR, C, Role.OWNER)
    )
    operator = person(Grant(GrantKind.OPERATOR, UUID(int=0), Role.OPERATOR))

    assert service.action_of("gadgets", "break_gadget", safe=True) is None
    for somebody in (owner, operator):
        stripped = service.limited_to(somebody, None)
        assert not (stripped.merchant_ids or stripped.creator_id or stripped.is_operator)
        assert service.lacks_role(somebody, None)


def test_lacking_a_role_is_said_to_members_alone() -> None:
    packer = person(Grant(GrantKind.MERCHANT, A, Role.READ_ONLY))
    host = person(Grant(GrantKind.CREATOR, C, Role.OWNER))
    both = person(
        Grant(GrantKind.MERCHANT, A, Role.READ_ONLY), Grant(GrantKind.MERCHANT, B, Role.OWNER)
    )

    assert service.lacks_role(packer, Action.ORDERS_FULFIL)
    assert not service.lacks_role(packer, Action.ORDERS_READ)
    assert not service.lacks_role(host, Action.ORDERS_FULFIL), "no team of theirs sells"
    assert not service.lacks_role(both, Action.ORDERS_FULFIL)
    assert not service.lacks_role(person(), Action.ORDERS_FULFIL)


def test_name_of_a_route_comes_before_its_tag() -> None:
    assert service.action_of("orders", "refund_order", safe=False) is Action.ORDERS_REFUND
    assert service.action_of("orders", "ship_order", safe=False) is Action.ORDERS_FULFIL
    assert service.action_of("orders", "list_orders", safe=True) is Action.ORDERS_READ


def test_role_that_an_earlier_version_stored_is_read() -> None:
    assert Role("catalogue") is Role.CATALOG
    with pytest.raises(ValueError, match="catalog2"):
        Role("catalog2")
