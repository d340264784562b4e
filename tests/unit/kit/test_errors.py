"""What may be stored and shown of a failure."""

from __future__ import annotations

from showfloor.kit import ids
from showfloor.kit.errors import (
    AppError,
    Busy,
    IdempotencyConflict,
    NotFound,
    RateLimited,
    ValidationFailed,
    where_raised,
)
from showfloor.kit.openapi import describe_problem, refusal, refusals


def caught(text: str) -> Exception:
    try:
        ids.parse("hold", text)
    except NotFound as error:
        return error
    raise AssertionError


def test_failure_is_named_by_its_place_and_not_by_its_words() -> None:
    found = where_raised(caught("someone@example.com"))

    assert found.startswith("MalformedId at kit/ids.py:")
    assert "example" not in found


def test_failure_outside_our_code_is_only_its_kind() -> None:
    assert where_raised(KeyError("someone@example.com")) == "KeyError"
    try:
        int("someone@example.com")
    except ValueError as error:
        assert where_raised(error) == "ValueError"


def test_refusal_carries_what_fills_its_sentence_and_nothing_by_default() -> None:
    assert (NotFound().params, NotFound().extra) == ({}, {})
    refused = ValidationFailed(extra={"fields": []}, most=3)
    assert (refused.params, refused.extra, str(refused)) == (
        {"most": 3},
        {"fields": []},
        "validation_failed",
    )


def codes(responses: dict[int | str, dict[str, object]], status: int) -> list[str]:
    return str(responses[status]["description"]).split(", ")


class _Sold(AppError):
    code, status = "test_sold", 409


class _Implying(AppError):
    code, status, implies = "test_implying", 403, (_Sold, NotFound)


def test_every_route_may_say_that_it_is_busy_limited_malformed_or_broken() -> None:
    found = refusals()

    assert list(found) == [422, 429, 500, 503]
    assert codes(found, 422) == ["validation_failed"]
    assert codes(found, 503) == [Busy.code] and codes(found, 429) == [RateLimited.code]


def test_route_that_is_not_limited_does_not_say_so() -> None:
    assert 429 not in refusals(limited=False)


def test_refusals_of_one_status_are_one_answer_with_each_code_once() -> None:
    found = refusals(IdempotencyConflict, _Implying, _Sold)

    assert codes(found, 409) == ["idempotency_conflict", "test_sold"]
    assert codes(found, 403) == ["test_implying"] and codes(found, 404) == ["not_found"]


def test_refusal_says_which_codes_can_come() -> None:
    schema = refusal("a", "b")["content"]["application/problem+json"]["schema"]

    assert schema["allOf"][0] == {"$ref": "#/components/schemas/Problem"}
    assert schema["allOf"][1]["properties"]["code"]["enum"] == ["a", "b"]


def test_member_that_a_problem_lacks_is_left_out_and_never_null() -> None:
    document: dict[str, dict[str, dict[str, dict[str, object]]]] = {"components": {"schemas": {}}}

    describe_problem(document)

    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["type", "title", "status", "code", "detail"]
    assert "null" not in str(problem)
