"""What every route says: refusals as problem+json, the reader's language, the bearer's token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from showfloor.identity.errors import NotAuthenticated, PasswordTooShort
from showfloor.kit.answers import bearer, language, problem
from showfloor.kit.errors import (
    AppError,
    Busy,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    ValidationFailed,
)
from showfloor.kit.http import (
    get_bearer,
    on_app_error,
    on_http_exception,
    on_validation_error,
    refusal_of,
)


def request(query: str = "", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": query.encode(),
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
            ],
        }
    )


def body(answer: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(answer.body))
    return found


@pytest.mark.parametrize(
    ("query", "headers", "lang"),
    [
        ("", {}, "en"),
        ("lang=ar", {}, "ar"),
        ("lang=ar", {"cookie": "lang=en", "accept_language": "en"}, "ar"),
        ("", {"cookie": "lang=ar", "accept_language": "en"}, "ar"),
        ("", {"accept_language": "ar-EG,en;q=0.5"}, "ar"),
        ("lang=de", {"accept_language": "ar"}, "ar"),
        ("lang=", {"cookie": "lang=klingon"}, "en"),
        ("lang=AR-eg", {}, "ar"),
    ],
)
def test_language_is_the_one_chosen_last(query: str, headers: dict[str, str], lang: str) -> None:
    assert language(request(query, **headers)) == lang


def test_problem_has_a_code_for_programs_and_a_sentence_for_people() -> None:
    answer = problem(NotFound(), "en")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    said = body(answer)
    assert said["type"] == "https://showfloor.example/problems/not_found"
    assert (said["title"], said["status"], said["code"]) == ("Not Found", 404, "not_found")
    assert said["detail"].endswith(".")
    assert said["detail"] != body(problem(NotFound(), "ar"))["detail"]


def test_problem_says_its_numbers_and_further_members() -> None:
    said = body(problem(PasswordTooShort(shortest=12, extra={"fields": []}), "en"))

    assert said["fields"] == []
    assert "12" in said["detail"] and "{" not in said["detail"]


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (RateLimited(), {"retry-after": "60"}),
        (Busy(), {"retry-after": "1"}),
        (NotAuthenticated(), {"www-authenticate": "Bearer"}),
        (NotFound(), {}),
    ],
)
def test_problem_says_when_to_come_back_and_how_to_sign_in(
    error: AppError, headers: dict[str, str]
) -> None:
    answer = problem(error, "en")

    said = {name: answer.headers.get(name) for name in ("retry-after", "www-authenticate")}
    assert {name: value for name, value in said.items() if value} == headers


async def test_refusal_is_in_the_reader_s_language() -> None:
    answer = await on_app_error(request("lang=ar"), NotFound())

    assert body(answer)["detail"] == body(problem(NotFound(), "ar"))["detail"]


async def test_malformed_payload_is_not_repeated() -> None:
    wrong = RequestValidationError(
        [
            {"loc": ("body", "lines", 0, "sku"), "type": "missing", "input": "secret@example.com"},
            {"loc": ("query", "limit"), "type": "int_parsing", "input": "x", "msg": "secret"},
        ]
    )

    answer = await on_validation_error(request(), wrong)

    assert answer.status_code == 422
    assert body(answer)["fields"] == [
        {"path": "body/lines/0/sku", "problem": "missing"},
        {"path": "query/limit", "problem": "int_parsing"},
    ]
    assert b"secret" not in bytes(answer.body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (405, MethodNotAllowed), (400, ValidationFailed), (418, AppError)],
)
def test_framework_s_refusals_become_ours(status: int, kind: type[AppError]) -> None:
    assert type(refusal_of(HTTPException(status))) is kind


async def test_refused_method_names_those_that_are_allowed() -> None:
    answer = await on_http_exception(request(), HTTPException(405, headers={"Allow": "GET, POST"}))

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert body(answer)["code"] == "method_not_allowed"


async def test_body_that_is_no_text_is_said_to_be_unreadable() -> None:
    answer = await on_http_exception(request(), HTTPException(400))

    assert body(answer)["fields"] == [{"path": "body", "problem": "unreadable"}]


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER   abc  ", "abc"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
async def test_token_of_the_bearer(header: str | None, token: str | None) -> None:
    assert bearer(header) == token
    assert await get_bearer(header) == token
