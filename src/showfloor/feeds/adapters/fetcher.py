"""What lies at an address that a merchant, or its file, names: fetched through `kit/outbound`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.types import Validators
from showfloor.kit.outbound import Answer, Outbound, OutboundFailed, Reason

FILE_SECONDS = 90.0
"""With all redirects; shorter than the lease of an import."""
LARGEST_FILE = 50 * 1024 * 1024
PICTURE_SECONDS = 30.0
LARGEST_PICTURE = 15 * 1024 * 1024
LONGEST_VALIDATOR = 1000
"""Characters of an ETag that is sent again."""
_PASSING = (Reason.NAME_UNKNOWN, Reason.UNREACHABLE, Reason.TIMED_OUT, Reason.BROKEN)


class FetchFailed(Exception):
    """`code` is of `import_file` in the messages; `passing`: it may go another time."""

    def __init__(self, code: str, *, passing: bool = False, **params: str) -> None:
        super().__init__(code)
        self.code, self.passing, self.params = code, passing, params


async def fetch_file(
    outbound: Outbound, url: str, known: Validators | None, *, folder: ImportFolder, import_id: UUID
) -> Validators | None:
    """Into the folder, as it comes; None when the address still has the version that is known.

    Raises FetchFailed.
    """
    headers = _conditions(known or Validators())
    async with _opened(outbound, url, FILE_SECONDS, headers) as given:
        if given.status == 304 and headers:
            return None
        _check(given)
        await folder.store(import_id, given.chunks(LARGEST_FILE))
        return Validators(_validator(given, "etag"), _validator(given, "last-modified"))


async def fetch_picture(outbound: Outbound, url: str) -> bytes:
    """Raises FetchFailed."""
    async with _opened(outbound, url, PICTURE_SECONDS, {}) as given:
        _check(given)
        return await given.read(LARGEST_PICTURE)


@asynccontextmanager
async def _opened(
    outbound: Outbound, url: str, seconds: float, headers: dict[str, str]
) -> AsyncIterator[Answer]:
    try:
        async with outbound.follow(url, seconds=seconds, headers=headers) as given:
            yield given
    except OutboundFailed as failed:
        reason = failed.reason
        raise FetchFailed(f"fetch_{reason.value}", passing=reason in _PASSING) from None


def _check(given: Answer) -> None:
    if given.status == 200:
        return
    if given.status in (301, 302, 303, 307, 308):
        raise FetchFailed("fetch_redirects")
    passing = given.status >= 500 or given.status in (408, 425, 429)
    raise FetchFailed("fetch_status", passing=passing, status=str(given.status))


def _conditions(known: Validators) -> dict[str, str]:
    said = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in said.items() if value}


def _validator(given: Answer, name: str) -> str | None:
    value = given.headers.get(name)
    fine = value and len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    return value if fine else None
