"""Comparing and choosing passwords: argon2id in threads, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections import Counter

from pwdlib import PasswordHash

from showfloor.identity.errors import PasswordTooCommon, PasswordTooShort, TooManyAttempts
from showfloor.identity.rules import FEWEST_GUESSES, SHORTEST_PASSWORD

_passwords = PasswordHash.recommended()
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "16MdIJ7ObzBcyzv5smtaHA$09HXfTGfRstSSpWhjQL1obxeZasbSLFdauHgaNRvNK0"
)
"""What a password is compared with when nobody has the address: it takes as long. The hash of a
random password that nobody kept; made at each start, it would cost every process 0.3 s.
"""
MOST_PER_CLIENT = 2
"""Comparisons that one client may have in progress or waiting."""


class Lane:
    """Comparisons that wait for each other.

    argon2id takes 64 MiB and a quarter of a second, so that a burst of sign-ins would starve the
    shows.
    """

    def __init__(self, *, at_once: int, most_waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._waiting = 0
        self._by_client: Counter[str] = Counter()

    async def verify(self, password: str, hashed: str, client: str) -> bool:
        """Raises TooManyAttempts when this client has two in progress, or all places are taken."""
        if self._waiting >= self._most_waiting or self._by_client[client] >= MOST_PER_CLIENT:
            raise TooManyAttempts(retry_after=1)
        self._waiting += 1
        self._by_client[client] += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(_passwords.verify, password, hashed)
        finally:
            self._waiting -= 1
            self._by_client[client] -= 1
            self._by_client += Counter()  # drops those at zero


STRANGERS = Lane(at_once=2, most_waiting=40)
KNOWN = Lane(at_once=1, most_waiting=20)
"""Devices that signed in before: however many strangers wait, these do not wait for them."""


async def choose(password: str, *about: str) -> str:
    """The hash of a new password. `about` is what a guesser would try first: address and name.

    Raises PasswordTooShort, PasswordTooCommon.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(shortest=SHORTEST_PASSWORD)
    if await asyncio.to_thread(_guesses, password, about) < FEWEST_GUESSES:
        raise PasswordTooCommon
    return await asyncio.to_thread(_passwords.hash, password)


def _guesses(password: str, about: tuple[str, ...]) -> float:
    """How many guesses somebody needs who tries what is common first."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 0.2 s to load, and few processes need them

    words = [word for text in about for word in {text, *text.replace("@", " ").split()} if word]
    # Longer passwords take it quadratically longer, and are not common.
    return float(zxcvbn(password[:72], user_inputs=["showfloor", *words])["guesses"])
