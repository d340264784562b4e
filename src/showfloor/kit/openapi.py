"""What FastAPI cannot see of a route: its refusals, as problem+json with exactly the codes that can
come.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import WithDefaultSchema

from showfloor.kit import idempotency
from showfloor.kit.answers import PROBLEM
from showfloor.kit.errors import AppError, Busy, RateLimited, ValidationFailed
from showfloor.kit.schemas import Problem

_REF = "#/components/schemas/{model}"
_ALWAYS = (ValidationFailed, Busy, AppError)
"""Any payload may be malformed, the database may be away, and we may be wrong."""

Document = dict[str, Any]
"""OpenAPI 3.1 or a part of it, in the shape that FastAPI and the specification give it."""

KEY_HEADER: Document = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "schema": {
                "type": "string",
                "minLength": idempotency.SHORTEST_KEY,
                "maxLength": idempotency.LONGEST_KEY,
            },
            "description": "the same key and body get the first answer again",
        }
    ]
}
"""For `openapi_extra=`: the header is needed, but missing it is a refusal with a code of its own,
so FastAPI must not ask for it.
"""

Responses = dict[int | str, Document]


def refusals(*errors: type[AppError], limited: bool = True) -> Responses:
    """For a route's `responses=`: what it may refuse besides a malformed payload.

    `limited` is false where `RateLimit` does not count.
    """
    implied: list[type[AppError]] = [also for error in errors for also in error.implies]
    possible: list[type[AppError]] = [
        *errors,
        *implied,
        *_ALWAYS,
        *([RateLimited] if limited else []),
    ]
    found: dict[int, list[str]] = {}
    for error in possible:
        found.setdefault(error.status, []).append(error.code)
    return {status: refusal(*sorted(set(codes))) for status, codes in sorted(found.items())}


def refusal(*codes: str) -> Document:
    """One answer that carries one of these codes."""
    schema = {
        "allOf": [
            {"$ref": _REF.format(model="Problem")},
            {"properties": {"code": {"enum": list(codes)}}},
        ]
    }
    return {"description": ", ".join(codes), "content": {PROBLEM: {"schema": schema}}}


class _MembersLeftOut(GenerateJsonSchema):
    """A member that a problem does not have is left out, never null: the default is not on the
    wire.
    """

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def describe_problem(document: Document) -> None:
    """Add the model that every refusal refers to."""
    _, definitions = models_json_schema(
        [(Problem, "serialization")], ref_template=_REF, schema_generator=_MembersLeftOut
    )
    document["components"]["schemas"] |= definitions["$defs"]
