"""What hashing costs in the product (all other tests hash with the least that argon2id allows),
which passwords are refused, and who waits for whom.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from showfloor.identity.errors import PasswordTooCommon, PasswordTooShort, TooManyAttempts
from showfloor.identity.service import passwords
from showfloor.identity.service.passwords import Lane
from tests.conftest import PRODUCT_NOBODY, PRODUCT_PASSWORDS
from tests.waiting import BOUND, bounded

RFC_9106_SECOND_CHOICE = "$argon2id$v=19$m=65536,t=3,p=4$"


def test_product_hashes_as_the_rfc_recommends() -> None:
    assert PRODUCT_PASSWORDS.hash("correct horse battery").startswith(RFC_9106_SECOND_CHOICE)


def test_comparing_for_nobody_costs_as_much_as_for_somebody() -> None:
    """The same algorithm, version and cost, and as long a salt and hash."""
    somebody = PRODUCT_PASSWORDS.hash("correct horse battery")

    assert PRODUCT_NOBODY.startswith(RFC_9106_SECOND_CHOICE)
    assert [len(part) for part in PRODUCT_NOBODY.split("$")] == [
        len(part) for part in somebody.split("$")
    ]


def test_a_test_s_hash_is_made_with_the_same_algorithm_and_no_memory() -> None:
    assert passwords.NOBODY.startswith("$argon2id$v=19$m=8,t=1,p=1$")


async def test_password_is_kept_as_a_hash_that_only_it_opens() -> None:
    hashed = await passwords.choose("seven small lamps")

    assert "lamps" not in hashed
    assert await passwords.STRANGERS.verify("seven small lamps", hashed, "a")
    assert not await passwords.STRANGERS.verify("seven small lamp", hashed, "a")


async def test_same_password_of_two_people_has_two_hashes() -> None:
    assert await passwords.choose("seven small lamps") != await passwords.choose(
        "seven small lamps"
    )


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
async def test_short_password_is_refused_with_the_shortest_length(password: str) -> None:
    with pytest.raises(PasswordTooShort) as refused:
        await passwords.choose(password)

    assert refused.value.params == {"shortest": 12}


@pytest.mark.parametrize(
    "password",
    ["password1234", "123456789012", "qwertyuiop12", "aaaaaaaaaaaaaa", "showfloorshowfloor"],
)
async def test_password_that_guessers_try_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        await passwords.choose(password)


async def test_password_made_of_the_own_address_is_refused() -> None:
    with pytest.raises(PasswordTooCommon):
        await passwords.choose("zafralune.example", "lina@zafralune.example", "Lina")
    assert await passwords.choose("zafralune.example", "noura@example.com", "Noura")


async def test_very_long_password_is_judged_by_its_beginning() -> None:
    assert await passwords.choose("brisk otter maps " * 500)


class Held:
    """Comparisons that end when the test says so."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.go_on = threading.Event()
        self._loop = asyncio.get_running_loop()

    def verify(self, password: str, hashed: str) -> bool:
        self._loop.call_soon_threadsafe(self.begun.put_nowait, password)
        assert self.go_on.wait(BOUND)
        return password == hashed


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    held = Held()
    monkeypatch.setattr(passwords, "_passwords", held)
    yield held
    held.go_on.set()


async def test_third_comparison_of_one_client_is_refused(held: Held) -> None:
    lane = Lane(at_once=2, most_waiting=40)
    running = [asyncio.create_task(lane.verify(text, "x", "client")) for text in ("x", "y")]
    async with bounded():
        assert {await held.begun.get(), await held.begun.get()} == {"x", "y"}

    with pytest.raises(TooManyAttempts) as refused:
        await lane.verify("z", "x", "client")
    assert refused.value.retry_after == 1

    held.go_on.set()
    async with bounded():
        assert await asyncio.gather(*running) == [True, False]
        assert await lane.verify("x", "x", "client")


async def test_place_is_given_back_when_somebody_leaves(held: Held) -> None:
    lane = Lane(at_once=1, most_waiting=2)
    first = asyncio.create_task(lane.verify("x", "x", "a"))
    async with bounded():
        await held.begun.get()
    waiting = asyncio.create_task(lane.verify("y", "y", "b"))
    await asyncio.sleep(0)
    with pytest.raises(TooManyAttempts):
        await lane.verify("z", "z", "c")

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    third = asyncio.create_task(lane.verify("z", "z", "c"))
    held.go_on.set()

    async with bounded():
        assert await first and await third
