"""How long a stranger waits after wrong passwords, which device is known, and what a key may do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given

from showfloor.identity import rules
from showfloor.identity.rules import (
    WrongPasswords,
    delay_of_all,
    device_of,
    device_token,
    own_delay,
)
from showfloor.identity.types import Scope
from tests.clocks import SECONDS

SECRET = "s" * 32
ALL = frozenset(Scope)


@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (12, 512), (13, 900), (40, 900), (10_000, 900)],
)
def test_own_delay_doubles_to_a_quarter_of_an_hour(wrong: int, seconds: float) -> None:
    assert own_delay(wrong) == seconds


@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(0, 0), (99, 0), (100, 1), (124, 1), (125, 2), (150, 4), (249, 32), (250, 60), (10**6, 60)],
)
def test_delay_of_all_never_keeps_the_owner_out_for_long(wrong: int, seconds: float) -> None:
    assert delay_of_all(wrong) == seconds


def test_stranger_waits_after_the_third_wrong_password() -> None:
    wrong = WrongPasswords()
    for moment in (100.0, 101.0):
        wrong.add("address", moment)
    assert wrong.wait("address", own_delay, 101.0) == 0

    wrong.add("address", 102.0)

    assert wrong.wait("address", own_delay, 102.0) == 1
    assert wrong.wait("address", own_delay, 102.25) == 0.75
    assert wrong.wait("address", own_delay, 103.0) == 0


@example(now=1001.1)
@given(now=SECONDS)
def test_wait_after_wrong_passwords_is_never_longer_than_the_delay(now: float) -> None:
    wrong = WrongPasswords()
    for _ in range(12):
        wrong.add("address", now)

    assert wrong.wait("address", own_delay, now) == own_delay(12)


def test_wrong_passwords_of_one_address_slow_down_nobody_else() -> None:
    wrong = WrongPasswords()
    for _ in range(10):
        wrong.add("address", 100.0)

    assert wrong.wait("address", own_delay, 100.0) == 128
    assert wrong.wait("other", own_delay, 100.0) == 0


def test_right_password_forgets_the_wrong_ones() -> None:
    wrong = WrongPasswords()
    for _ in range(10):
        wrong.add("address", 100.0)

    wrong.forget("address")
    wrong.forget("never seen")

    assert wrong.wait("address", own_delay, 100.0) == 0


def test_wrong_password_after_an_hour_is_the_first_one_again() -> None:
    wrong = WrongPasswords()
    for _ in range(5):
        wrong.add("address", 100.0)

    wrong.add("address", 100.0 + rules.REMEMBERED)

    assert wrong.wait("address", own_delay, 100.0 + rules.REMEMBERED) == 0


def test_the_oldest_wrong_passwords_make_room_for_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "MOST_REMEMBERED", 2)
    wrong = WrongPasswords()
    for key in ("first", "second"):
        for _ in range(5):
            wrong.add(key, 100.0)
    wrong.add("first", 101.0)

    wrong.add("third", 102.0)

    assert wrong.wait("first", own_delay, 102.0) == 7
    assert wrong.wait("second", own_delay, 102.0) == 0


def test_device_is_known_to_the_account_that_it_signed_in_to() -> None:
    token = device_token(SECRET, "lina@example.com", "nonce")

    assert token.startswith("nonce.") and len(token) == len("nonce.") + 64
    assert device_of(SECRET, "lina@example.com", token) == "nonce"


@pytest.mark.parametrize(
    ("secret", "account", "change"),
    [
        (SECRET, "other@example.com", lambda token: token),
        ("t" * 32, "lina@example.com", lambda token: token),
        (SECRET, "lina@example.com", lambda token: token[:-1] + ("0" if token[-1] != "0" else "1")),
        (SECRET, "lina@example.com", lambda token: "other" + token[5:]),
        (SECRET, "lina@example.com", lambda token: token.replace(".", "")),
        (SECRET, "lina@example.com", lambda _token: ""),
        (SECRET, "lina@example.com", lambda _token: None),
        (SECRET, "lina@example.com", lambda _token: "جهاز.ä"),
    ],
    ids=["account", "secret", "signature", "nonce", "no dot", "empty", "none", "no ASCII"],
)
def test_device_that_somebody_made_up_is_a_stranger(
    secret: str, account: str, change: Callable[[str], str | None]
) -> None:
    token = device_token(SECRET, "lina@example.com", "nonce")

    assert device_of(secret, account, change(token)) is None


def test_device_without_a_nonce_is_a_stranger() -> None:
    assert device_of(SECRET, "a@example.com", device_token(SECRET, "a@example.com", "")) is None


def test_csrf_token_belongs_to_its_session_alone() -> None:
    one, other = rules.csrf_of("token-1"), rules.csrf_of("token-2")

    assert one == rules.csrf_of("token-1") != other
    assert len(one) == 64 and "token" not in one


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Lina@Example.COM", "lina@example.com"),
        (" lina@example.com\n", "lina@example.com"),
        ("\u202alina@example.com\u202c", "lina@example.com"),
    ],
)
def test_addresses_that_only_look_different_are_one_account(text: str, email: str) -> None:
    assert rules.normalise_email(text) == email


READ, WRITE = "GET", "POST"


@pytest.mark.parametrize(
    ("scope", "tag", "method", "may"),
    [
        (Scope.ORDERS_READ, "orders", READ, True),
        (Scope.ORDERS_READ, "orders", "HEAD", True),
        (Scope.ORDERS_READ, "orders", WRITE, False),
        (Scope.ORDERS_READ, "products", READ, False),
        (Scope.ORDERS_WRITE, "orders", WRITE, True),
        (Scope.ORDERS_WRITE, "orders", READ, False),
        (Scope.CATALOG_WRITE, "products", READ, True),
        (Scope.CATALOG_WRITE, "products", "PATCH", True),
        (Scope.CATALOG_WRITE, "merchants", READ, False),
        (Scope.MERCHANT_WRITE, "merchants", "DELETE", True),
        (Scope.MERCHANT_WRITE, "shows", WRITE, False),
        (Scope.SHOWS_RUN, "shows", WRITE, True),
        (Scope.SHOWS_RUN, "orders", READ, False),
    ],
)
def test_key_does_what_its_scope_says(scope: Scope, tag: str, method: str, may: bool) -> None:
    assert rules.may_use(frozenset({scope}), tag, method) is may


def test_no_key_manages_accounts_and_every_key_may_ask_who_it_is() -> None:
    assert not rules.may_use(ALL, "account", READ)
    assert not rules.may_use(ALL, "account", WRITE)
    assert rules.may_use(frozenset(), "session", READ)


def test_route_of_a_new_kind_takes_only_keys_with_every_scope() -> None:
    assert rules.may_use(ALL, "clips", WRITE)
    for missing in Scope:
        assert not rules.may_use(ALL - {missing}, "clips", READ)
