"""Objects in an S3-compatible store, and what is wrong with the store in words that may be logged.

Credentials come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
`AWS_ENDPOINT_URL`; or the machine's own role) and are read by obstore alone. What a store answers
to a refused request quotes its key, so no text of it is passed on: `ObjectsUnavailable` has a
reason instead. Blocking: callers run it in a thread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

Reason = Literal["bucket_missing", "access_denied", "busy", "unreachable", "refused"]
SIGNED_FOR = timedelta(seconds=60)
"""A link to an object is good for so long: what is hidden is hidden from everybody after it."""
UPLOAD_JOB = "upload recordings"
"""The worker's job; while it fails, studio and `doctor` say that recordings are not copied."""
_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]+)?")
_PROBE = ".showfloor-probe"
_PIECE = 1 << 20


class ObjectsUnavailable(Exception):
    """The store cannot be used now. Its text is the reason alone."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class ObjectMissing(Exception):
    """There is no such object."""


def check_address(url: str) -> str:
    """`s3://bucket` or `s3://bucket/folder`, as it is. Raises ValueError."""
    if not _ADDRESS.fullmatch(url):
        raise ValueError("needs a bucket: s3://bucket or s3://bucket/folder")
    return url


class Objects:
    """The objects below an address, `s3://bucket/folder`. Keys are relative to it."""

    def __init__(self, url: str, *, seconds: float = 20.0) -> None:
        """`seconds` bounds each request with its repetitions."""
        self._store = S3Store.from_url(
            check_address(url),
            client_options={
                "timeout": timedelta(seconds=seconds),
                "connect_timeout": timedelta(seconds=min(5.0, seconds)),
                "allow_http": os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=seconds)},
        )

    def put(self, file: Path, key: str) -> None:
        """Whole or not at all: one request. Raises FileNotFoundError, ObjectsUnavailable."""
        data = file.read_bytes()
        with _said_in_words():
            obstore.put(self._store, key, data, use_multipart=False)

    def fetch(self, key: str, file: Path) -> None:
        """Into this file, whole or not at all. Raises ObjectMissing, ObjectsUnavailable."""
        beside = file.with_name(f".{file.name}.part")
        try:
            with beside.open("wb") as opened, _said_in_words():
                for piece in obstore.get(self._store, key).stream(min_chunk_size=_PIECE):
                    opened.write(piece)
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)

    def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes by key of everything below a prefix that ends with a slash, or of everything."""
        with _said_in_words():
            found = [each for page in obstore.list(self._store, prefix) for each in page]
        return {each["path"]: each["size"] for each in found}

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders in a prefix that ends with a slash."""
        with _said_in_words():
            found = obstore.list_with_delimiter(self._store, prefix)["common_prefixes"]
        return [each.rstrip("/").rpartition("/")[2] for each in found]

    def delete(self, prefix: str) -> None:
        """Everything below a prefix that ends with a slash."""
        with _said_in_words():
            for page in obstore.list(self._store, prefix):
                obstore.delete(self._store, [each["path"] for each in page])

    def remove(self, key: str) -> None:
        """One object; nothing happens when it is not there."""
        with _said_in_words():
            obstore.delete(self._store, key)

    def sign(self, key: str, method: Literal["GET", "HEAD"] = "GET") -> str:
        """An address that is good for SIGNED_FOR and this method alone. Asks nobody."""
        with _said_in_words():
            return obstore.sign(self._store, method, key, SIGNED_FOR)

    @property
    def origin(self) -> str:
        """Of the addresses that `sign` makes."""
        parts = urlsplit(self.sign(_PROBE))
        return f"{parts.scheme}://{parts.netloc}"

    def check(self) -> None:
        """Write, list, read and delete a small object. Raises ObjectsUnavailable."""
        with _said_in_words():
            obstore.put(self._store, _PROBE, b"showfloor", use_multipart=False)
            obstore.get(self._store, _PROBE).bytes()
            next(iter(obstore.list(self._store, "recordings/", chunk_size=1)), None)
            obstore.delete(self._store, _PROBE)


@contextmanager
def _said_in_words() -> Iterator[None]:
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError):
        raise ObjectsUnavailable("access_denied") from None
    except FileNotFoundError as problem:
        # obstore's word for an object, or a bucket, that is not there.
        if "NoSuchBucket" in str(problem):
            raise ObjectsUnavailable("bucket_missing") from None
        raise ObjectMissing from None
    except BaseError as problem:
        raise ObjectsUnavailable(_reason(str(problem))) from None


def _reason(text: str) -> Reason:
    """obstore gives most problems one type; what it writes of the answer tells them apart."""
    if "NoSuchBucket" in text:
        return "bucket_missing"
    if (answered := re.search(r"status code: (\d{3})", text)) is None:
        return "unreachable"
    status = int(answered[1])
    if status == 429 or status >= 500:
        return "busy"
    denied = re.search("InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied", text)
    return "access_denied" if denied or status in (401, 403) else "refused"
