"""Objects in a real S3-compatible server, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from showfloor.kit.objects import ObjectMissing, Objects, ObjectsUnavailable, check_address
from tests import buckets


@pytest.fixture
def store(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Objects:
    for name, value in {**buckets.ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    store = Objects("s3://shows/folder")
    store.delete("")
    return store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "1.m4s"
    file.write_bytes(b"0123456789")
    return file


def test_object_comes_back_as_it_was_put_below_the_address_alone(
    store: Objects, file: Path, tmp_path: Path
) -> None:
    store.put(file, "recordings/show_a/1.m4s")
    store.put(file, "recordings/show_b/1.m4s")

    store.fetch("recordings/show_a/1.m4s", tmp_path / "back")

    assert (tmp_path / "back").read_bytes() == b"0123456789"
    assert store.sizes("recordings/show_a/") == {"recordings/show_a/1.m4s": 10}
    assert sorted(store.folders("recordings/")) == ["show_a", "show_b"]
    assert Objects("s3://shows").sizes("folder/recordings/show_a/") == {
        "folder/recordings/show_a/1.m4s": 10
    }


def test_deleting_a_prefix_leaves_its_neighbours(store: Objects, file: Path) -> None:
    for key in ("a/1", "a/2", "ab/1"):
        store.put(file, key)

    store.delete("a/")
    store.remove("nothing/there")

    assert store.sizes("") == {"ab/1": 10}


def test_missing_object_leaves_no_file(store: Objects, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        store.fetch("nobody", tmp_path / "back")

    assert list(tmp_path.iterdir()) == []


def test_signed_address_answers_ranges_and_another_key_or_method_is_refused(
    store: Objects, file: Path
) -> None:
    store.put(file, "a/1")

    part = httpx2.get(store.sign("a/1"), headers={"Range": "bytes=2-4"}, trust_env=False)

    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert "X-Amz-Expires=60" in store.sign("a/1")
    assert store.sign("a/1").startswith(f"{store.origin}/")
    assert store.sign("a/1", "HEAD") != store.sign("a/1")


def test_check_leaves_nothing(store: Objects) -> None:
    store.check()

    assert store.sizes("") == {}


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "SignatureDoesNotMatch", "access_denied"),
        (401, "ExpiredToken", "access_denied"),
        (400, "InvalidAccessKeyId", "access_denied"),
        (400, "IllegalLocationConstraintException", "refused"),
        (404, "NoSuchBucket", "bucket_missing"),
        (503, "SlowDown", "busy"),
        (500, "InternalError", "busy"),
    ],
)
def test_refusal_has_a_reason_and_quotes_no_key(
    monkeypatch: pytest.MonkeyPatch, file: Path, status: int, code: str, reason: str
) -> None:
    with buckets.answering(status, code) as address:
        for name, value in {**buckets.ENVIRONMENT, "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        store = Objects("s3://shows", seconds=5)
        for ask in (store.check, lambda: store.put(file, "a"), lambda: store.sizes("a/")):
            with pytest.raises(ObjectsUnavailable) as refused:
                ask()

            assert refused.value.reason == str(refused.value) == reason
            assert refused.value.__suppress_context__


def test_store_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    with buckets.silent() as address:
        for name, value in {**buckets.ENVIRONMENT, "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ObjectsUnavailable, match="unreachable"):
            Objects("s3://shows", seconds=0.5).put(file, "a")


@pytest.mark.parametrize(
    "url", ["shows", "s3://", "s3://B", "https://shows.s3.example", "s3://shows/a?b", "s3://k:s@b"]
)
def test_address_that_is_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket"):
        check_address(url)
