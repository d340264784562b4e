"""To each route go a few requests, drawn from its description, right and wrong ones, by somebody
who may or by nobody: every answer has a status, a type and a shape that the description names, and
every refusal its sentence. Of routes that are not excused by name, one answer at least is good.
Whether strangers get anything is for test_crawl.py to say.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from showfloor.kit import clock
from showfloor.kit.pace import Limit
from showfloor.room import http as room_http
from tests.described import document
from tests.integration.app.one_of_everything import BASE, Everything, one_of_everything

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW, MANY = 6, 60
"""Requests to a route, and where none of the few was answered well: ids differ from run to run, and
with them what is made, so that a dozen may all miss what a narrow route takes.
"""
SIGNED = ["take_callback"]
"""Nobody but a provider gets a good answer."""
PERSONAL = [
    "change_password",
    "list_sessions",
    "end_other_sessions",
    "end_session",
    "list_keys",
    "add_key",
    "revoke_key",
    "security_log",
]
"""Keys get no good answer, only the person's own session does (test_accounts.py)."""
OPERATORS = [
    "forbid_platform",
    "allow_platform",
    "list_batches",
    "compute_batch",
    "approve_batch",
    "discard_batch",
    "export_batch",
    "settle_payout",
    "fail_payout",
    "return_payout",
    "hold_payouts",
    "release_payouts",
    "get_safety",
    "review_case",
    "read_contact",
    "decide_age_case",
    "suspect_account",
]
"""Nobody in this shop is one (test_destinations.py, test_payout_calls.py, test_suspicions.py)."""
UPLOADS = ["add_import", "add_picture", "put_cover", "read_captions"]
"""Take a file, which no description of JSON makes (test_imports.py, test_catalog.py,
test_covers.py, test_captions.py)."""
REHEARSED = ["start_rehearsal", "watch_rehearsal", "end_rehearsal"]
"""The show of this shop is on the air, and so rehearsed no more (test_rehearsals.py)."""
OVER = ["write_captions"]
"""Nothing in this shop is over (test_captions.py)."""
PAID = ["list_payout_orders"]
"""Without an operator nobody in this shop was paid (test_payout_orders.py)."""
DOUBTED = ["appeal"]
"""Nobody in this shop is taken for a child (test_suspicions.py)."""
EXCUSED = frozenset([*SIGNED, *PERSONAL, *OPERATORS, *UPLOADS, *REHEARSED, *OVER, *PAID, *DOUBTED])
LAST = [
    "add_import",
    "cancel_drop",
    "claim_coupon",
    "leave_by_mail",
    "leave_opened_wait",
    "confirm",
    "set_buyer_limit",
    "remove_product",
    "forbid_origin",
    "forbid_creator",
    "remove_delivery_option",
    "release_hold",
    "receive_return",
    "withdraw_order",
    "sign_out",
    "end_other_viewer_sessions",
    "ask_erasure",
    "end_show",
    "change_replay",
    "change_webhook",
    "remove_webhook",
    "delete_captions",
    "delete_message",
    "suspect_writer",
    "delete_clip",
    "delete_destination",
    "delete_replay",
    "remove_member",
    "withdraw_invitation",
    "remove_moderator",
    "withdraw_moderator",
]
"""Confirming needs a payment; the others take away what the rest needs (an import that waits lets
no other begin).
"""
FIRST = ["dismiss_question", "reopen_question", "hold_waited"]
"""A question that is answered is dismissed no more; nothing is held in a line that was left."""


@pytest.mark.long
def test_every_route_keeps_its_promise(
    subtests: pytest.Subtests, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = clock.now()
    # How fast one may moderate is counted in real time: which route of the chat has no turn left
    # would depend on the machine.
    monkeypatch.setattr(room_http, "TRIES", Limit(100_000, 1.0))
    # Time stands still, or a slow machine would lose the show's signal in the middle.
    with asyncio.Runner() as runner, clock.use(lambda: moment):
        shop = one_of_everything(database_url, tmp_path)
        everything = runner.run(shop.__aenter__())
        try:
            for operation in operations():
                with subtests.test(operation.label):
                    statuses = ask(runner, everything, operation, FEW)
                    if name_of(operation) in EXCUSED:
                        continue
                    if min(statuses) >= 300:
                        statuses = ask(runner, everything, operation, MANY)
                    assert min(statuses) < 300, (
                        f"only {statuses}: what does one_of_everything lack?"
                    )
        finally:
            runner.run(shop.__aexit__(None, None, None))


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/nothing", "not_found"),
        ("PUT", "/api/v1/shows", "method_not_allowed"),
        ("GET", "/api/v1/shows/show_1/holds", "method_not_allowed"),
        ("POST", "/api/v1/session", "validation_failed"),
    ],
)
async def test_what_reaches_no_route_is_refused_the_same_way(
    client: httpx2.AsyncClient, method: str, path: str, code: str, lang: str
) -> None:
    headers = {"Accept-Language": lang, "Content-Type": "application/json"}

    answer = await client.request(method, path, headers=headers, content=b"\xff")

    check_refusal(answer, lang)
    assert answer.json()["code"] == code
    assert ("allow" in answer.headers) == (answer.status_code == 405)


def operations() -> list[APIOperation[Any, Any]]:
    """What `web` answers; the room is another server's."""
    described = schemathesis.openapi.from_dict(deepcopy(document())).get_all_operations()
    found = [result.ok() for result in described if result.ok().path.startswith("/api/")]
    return sorted(found, key=turn_of)


def turn_of(operation: APIOperation[Any, Any]) -> int:
    name = name_of(operation)
    return (name in LAST) - (name in FIRST)


def name_of(operation: APIOperation[Any, Any]) -> str:
    return str(operation.definition.raw["operationId"])


def ask(
    runner: asyncio.Runner, everything: Everything, operation: APIOperation[Any, Any], examples: int
) -> set[int]:
    """The statuses that came."""
    statuses = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, everything), lang=st.sampled_from(["en", "ar"]))
    def try_out(case: Case, lang: str) -> None:
        answer = runner.run(send(everything.client, case, lang))
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            check_refusal(answer, lang)
        statuses.add(answer.status_code)

    try_out()
    return statuses


@st.composite
def cases(draw: st.DrawFn, operation: APIOperation[Any, Any], everything: Everything) -> Case:
    """Most of them name what exists and come from somebody who may; the others are noise."""
    place = draw(st.sampled_from([0, -1]))
    makes_sense = draw(st.sampled_from([True, True, True, False]))
    known = (
        {name: values[place] for name, values in everything.known_to(name_of(operation)).items()}
        if makes_sense
        else {}
    )
    path = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    case = draw(
        operation.as_strategy(draw(st.sampled_from(list(GenerationMode))), path_parameters=path)
    )
    case.body = filled(case.body, known)
    if isinstance(case.body, dict):
        case.body |= {name: known[name] for name in fields_of(operation) & known.keys()}
    case.query = filled(case.query, known)
    if known:
        schemes = {
            scheme for need in operation.definition.raw.get("security", []) for scheme in need
        }
        tokens = [token for scheme in schemes for token in everything.tokens[scheme]]
        token = draw(st.sampled_from(tokens or ["nobody"]))
        if "ViewerToken" in schemes:
            case.headers["X-Viewer-Token"] = token
        else:
            case.headers["Authorization"] = f"Bearer {token}"
    return case


def fields_of(operation: APIOperation[Any, Any]) -> set[str]:
    """Of a body of JSON, with those that may be missing."""
    content = operation.definition.raw["requestBody"]["content"]
    if "application/json" not in content:
        return set()
    schema = content["application/json"]["schema"]
    if "properties" in schema:
        return set(schema["properties"])
    names = [one["$ref"].rpartition("/")[2] for one in schema.get("oneOf", [schema])]
    return {
        field for name in names for field in document()["components"]["schemas"][name]["properties"]
    }


def filled(value: Any, known: dict[str, Any]) -> Any:
    """The same with everything known put under its name, at any depth."""
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    if isinstance(value, dict):
        return {
            key: known[key] if key in known else filled(item, known) for key, item in value.items()
        }
    return value


async def send(client: httpx2.AsyncClient, case: Case, lang: str) -> httpx2.Response:
    asked = requests.Request(
        **case.as_transport_kwargs(base_url=BASE, headers={"Accept-Language": lang})
    ).prepare()
    headers = [
        (name.encode(), value if isinstance(value, bytes) else value.encode("latin-1"))
        for name, value in asked.headers.items()
    ]
    return await client.request(
        str(asked.method), str(asked.url), headers=headers, content=asked.body
    )


def check_refusal(answer: httpx2.Response, lang: str) -> None:
    """RFC 9457, with a sentence in the reader's language."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"] and problem["code"]
    assert any("\u0600" <= letter <= "\u06ff" for letter in problem["detail"]) == (lang == "ar")
