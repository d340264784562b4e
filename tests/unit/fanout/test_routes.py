"""Which request gets which answer."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from showfloor.fanout import routes
from showfloor.fanout.routes import Stream, route
from showfloor.kit import ids

ROOM = UUID("0192aabb-ccdd-7eef-8001-020304050607")
PATH = f"/rooms/{ids.encode('show', ROOM)}/events".encode()


@pytest.mark.parametrize(
    ("target", "last_event_id"),
    [
        (PATH, None),
        (PATH + b"?last_event_id=12", 12),
        (PATH + b"?x=1&last_event_id=3&last_event_id=4", 4),
        (PATH + b"?last_event_id=-1", None),
        (PATH + b"?last_event_id=" + b"9" * 19, None),
        (PATH + b"?last_event_id=%D9%A1%D9%A2", None),
        (b"http://rooms.test" + PATH, None),
    ],
)
def test_stream_with_the_number_to_resume_from(target: bytes, last_event_id: int | None) -> None:
    assert route(b"GET", target) == Stream(ROOM, last_event_id, counted=True)


def test_who_is_no_viewer_says_so() -> None:
    assert route(b"GET", PATH + b"?watching=0&last_event_id=7") == Stream(ROOM, 7, counted=False)


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        (b"GET", b"/healthz", routes.HEALTHY),
        (b"GET", b"/", routes.UNKNOWN_PATH),
        (b"GET", PATH + b"/", routes.UNKNOWN_PATH),
        (b"GET", b"/rooms/events", routes.UNKNOWN_PATH),
        (b"GET", b"/rooms//events", routes.UNKNOWN_ROOM),
        (b"GET", b"/rooms/show_12/events", routes.UNKNOWN_ROOM),
        (b"GET", PATH.replace(b"show_", b"hold_"), routes.UNKNOWN_ROOM),
        (b"GET", b"/rooms/show_" + b"z" * 32 + b"/events", routes.UNKNOWN_ROOM),
        (b"GET", b"\xff\x00", routes.MALFORMED),
        (b"POST", PATH, routes.WRONG_METHOD),
        (b"DELETE", b"/healthz", routes.WRONG_METHOD),
        (b"OPTIONS", PATH, routes.PREFLIGHT),
    ],
)
def test_answers(method: bytes, target: bytes, expected: bytes) -> None:
    assert route(method, target) == expected


def test_answer_to_head_has_no_body() -> None:
    assert route(b"HEAD", PATH).endswith(b"\r\n\r\n")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "answer",
    [
        routes.MALFORMED,
        routes.BAD_HOST,
        routes.UNKNOWN_ROOM,
        routes.UNKNOWN_PATH,
        routes.WRONG_METHOD,
        routes.LARGE_HEAD,
        routes.BUSY,
        routes.FULL,
    ],
)
def test_refusal_is_a_problem_that_any_origin_may_read(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)

    assert f"HTTP/1.1 {problem['status']} {problem['title']}\r\n".encode() in answer
    assert b"Content-Type: application/problem+json" in head
    assert b"Access-Control-Allow-Origin: *" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert problem["code"] and problem["detail"]


@pytest.mark.parametrize(
    "answer", [routes.STREAM, routes.HEALTHY, routes.PREFLIGHT, routes.MALFORMED, routes.FULL]
)
def test_every_answer_protects_whoever_opens_it_as_a_page(answer: bytes) -> None:
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")

    assert b"X-Content-Type-Options: nosniff" in head
    assert b"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'" in head
    assert b"Referrer-Policy: no-referrer" in head


@pytest.mark.parametrize(
    ("version", "hosts", "valid"),
    [
        ("1.1", [b"rooms.test:8082"], True),
        ("1.1", [b"[2001:db8::1]:80"], True),
        ("1.1", [b"xn--rms-0na.test"], True),
        ("1.1", [b""], True),
        ("1.0", [], True),
        ("1.1", [], False),
        ("1.0", [b"a", b"b"], False),
        ("1.1", [b"a", b"a"], False),
        ("1.1", [b"a b"], False),
        ("1.1", [b"a/b"], False),
        ("1.1", [b"user@a"], False),
        ("1.1", ["ä".encode()], False),
    ],
)
def test_host(version: str, hosts: list[bytes], valid: bool) -> None:
    assert routes.is_host_valid(version, hosts) is valid
