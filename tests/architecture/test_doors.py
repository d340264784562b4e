"""Every request in which somebody gives data about themselves has the gate before it."""

from __future__ import annotations

from typing import Any

from tests.described import document as described

PERSONAL = {"email", "phone", "full_name", "line1", "birthday", "born"}
ABOUT_OTHERS = {"invite_member", "invite_moderator", "suspect_account"}
"""An address that somebody else is asked at: the gate stands where they answer (`join_team`), or
whose account is found by it and not made.
"""
OF_OWNERS = {"keep_address", "change_address"}
"""Of an account, whose owner answered when it was made (tests/architecture/test_roles.py says that
nobody else may).
"""
ASKED_BY = {"born", "admission"}
"""What a door's request may answer the gate's question with (identity/schemas.py, AgeIn)."""


def _fields(schema: dict[str, Any], document: dict[str, Any]) -> set[str]:
    """Names of all fields of a request, those of nested objects too."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _fields(document["components"]["schemas"][name], document)
    found = set(schema.get("properties", {}))
    for inner in (
        *schema.get("properties", {}).values(),
        *(part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])),
        *([schema["items"]] if "items" in schema else []),
    ):
        found |= _fields(inner, document)
    return found


def test_every_request_with_personal_data_answers_the_question_of_the_gate() -> None:
    document = described()
    doors = {}
    for operations in document["paths"].values():
        for operation in operations.values():
            if not isinstance(operation, dict) or "requestBody" not in operation:
                continue
            for media in operation["requestBody"]["content"].values():
                fields = _fields(media["schema"], document)
                if fields & PERSONAL and operation["operationId"] not in ABOUT_OTHERS | OF_OWNERS:
                    doors[operation["operationId"]] = bool(fields & ASKED_BY)

    assert doors == {
        "ask_age": True,
        "ask_question": True,
        "ask_sign_in": True,
        "enter": True,
        "open_checkout": True,
        "send_message": True,
        "sign_in": True,
        "join_question": True,
        "join_team": True,
    }
