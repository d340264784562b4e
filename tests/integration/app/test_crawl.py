"""Every route of the API by everybody who may not: none answers well, and nothing changes.

Who may is said by `identity/roles.json`, reviewed in `tests/unit/identity/roles.golden.txt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from showfloor.identity import service as identity
from showfloor.identity.types import Action, GrantKind, Role
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from tests.architecture.test_roles import PUBLIC
from tests.described import document
from tests.integration.app.one_of_everything import Everything, one_of_everything
from tests.people import add_host, add_key, add_person, add_seller
from tests.surfaces import changed, rows_of

ON_THE_AIR = {"get_show", "get_next_show", "timeline", "list_clips", "list_captions"}
"""Open to everybody; a draft is its team's alone (shows/service/access.py)."""
THEIR_OWN = {"create_show", "add_code"}
"""Names nothing of the shop's: whoever has a team of their own does it there."""
HOLES = {"ship_order", "go_live", "add_price", "allow_origin"}
"""What the twin asks for."""
MAY_CHANGE = {"api_key", "security_event", "gate_count"}
"""When a key was last used, and what is counted of refusals."""


@dataclass(frozen=True)
class Call:
    """A route; `needed` are its parameters behind the `?` that may not be missing."""

    name: str
    method: str
    path: str
    tag: str
    schema: dict[str, Any] | None
    needed: tuple[str, ...]

    @property
    def action(self) -> Action | None:
        return identity.action_of(self.tag, self.name, safe=self.method == "GET")


@dataclass(frozen=True)
class Actor:
    """Somebody, with their role in one of the shop's own teams, if they have one."""

    kind: str
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    role: tuple[GrantKind, Role] | None = None

    def may(self, call: Call) -> bool:
        if self.role is None:
            return call.name in THEIR_OWN and self.kind != "visitor"
        return call.action is not None and identity.can(*self.role, call.action)


@dataclass(frozen=True)
class Answer:
    """`good`: it gave something of the shop's away, or did something there."""

    who: str
    route: str
    status: int
    good: bool


async def test_nobody_gets_a_good_answer_where_the_table_says_no(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, found = clock.now(), list(calls())
    # Time stands still, or a slow machine would lose the show's signal in the middle.
    with clock.use(lambda: moment):
        async with one_of_everything(database_url, tmp_path) as everything:
            everybody = await actors(everything, database)
            before = await rows_of(database)
            answers = await crawl(everything, everybody, found)
            after = await rows_of(database)
            # The twin: without the roles the same crawl finds holes.
            monkeypatch.setattr(identity, "limited_to", lambda person, action: person)
            monkeypatch.setattr(identity, "lacks_role", lambda person, action: False)
            holes = [call for call in found if call.name in HOLES]
            opened = await crawl(everything, everybody, holes)

    assert {answer.who for answer in answers} == {actor.name for actor in everybody}
    assert [answer for answer in answers if answer.good or answer.status >= 500] == []
    # Who is refused for a body that does not fit was not asked what they may.
    assert [answer for answer in answers if answer.status == 422] == []
    assert changed(before, after) <= MAY_CHANGE
    assert {answer.route for answer in opened if answer.good} >= HOLES


async def crawl(
    everything: Everything, everybody: Sequence[Actor], found: Iterable[Call]
) -> list[Answer]:
    """What those are answered who may not."""
    return [
        await ask(everything, actor, call)
        for place, call in enumerate(found)
        for actor in in_turn([one for one in everybody if not one.may(call)], place)
    ]


def in_turn(those: list[Actor], place: int) -> Iterator[Actor]:
    """One of each kind, another one for the next route: everybody asks, and the crawl stays
    short.
    """
    kinds: dict[str, list[Actor]] = {}
    for actor in those:
        kinds.setdefault(actor.kind, []).append(actor)
    for kind in kinds.values():
        yield kind[place % len(kind)]


async def ask(everything: Everything, actor: Actor, call: Call) -> Answer:
    known = {name: values[0] for name, values in everything.known_to(call.name).items()}
    path = call.path
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", str(value))
    answer = await everything.client.request(
        call.method,
        path,
        headers={"Idempotency-Key": ids.secret(), **actor.headers},
        params={name: str(known.get(name, "x")) for name in call.needed},
        **({} if call.schema is None else {"json": example(call.schema, known)}),
    )
    # Somebody else's list is theirs, also that of a month (as PDF: ledger/test_printing.py).
    shops = [str(known[name]) for name in ("merchant_id", "creator_id", "order_id", "webhook_id")]
    is_list = call.method == "GET" and "{" not in call.path.replace("{period}", "")
    good = answer.status_code < 300 and (not is_list or any(one in answer.text for one in shops))
    return Answer(actor.name, call.name, answer.status_code, good)


def calls() -> Iterator[Call]:
    """Those that ask who somebody is, and what their role is."""
    for path, operations in document()["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, operation in operations.items():
            if "operationId" not in operation:
                continue
            name, tag = operation["operationId"], operation["tags"][0]
            if name in PUBLIC or name in ON_THE_AIR or identity.is_for_everybody(tag):
                continue
            needed = [
                each["name"]
                for each in operation.get("parameters", [])
                if each["in"] == "query" and each.get("required")
            ]
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            short = path.removeprefix("/api/v1")
            yield Call(name, method.upper(), short, tag, schema, tuple(needed))


def example(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """The smallest value that fits, with what is there under its name."""
    if "$ref" in schema:
        named = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return example(named, known)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return example(schema[choice][0], known)
    if "properties" in schema:
        return {
            name: known[name] if name in known else example(each, known)
            for name, each in schema["properties"].items()
            if name in schema.get("required", []) or name in known
        }
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    simple = {
        "string": "x" * max(1, schema.get("minLength", 1)),
        "integer": int(schema.get("minimum", 1)),
        "boolean": True,
        "array": [example(schema["items"], known)] if schema.get("minItems") else [],
    }
    return simple.get(schema.get("type", ""), {})


async def actors(everything: Everything, database: Database) -> list[Actor]:
    subjects = {
        GrantKind.MERCHANT: ids.parse("mer", everything.known["merchant_id"][0]),
        GrantKind.CREATOR: ids.parse("cre", everything.known["creator_id"][0]),
        GrantKind.OPERATOR: UUID(int=0),
    }
    found = [
        Actor("visitor", "nobody"),
        Actor("visitor", "guest", {"Authorization": f"Bearer {everything.tokens['HoldToken'][0]}"}),
        Actor(
            "visitor", "remote", {"Authorization": f"Bearer {everything.tokens['RemoteToken'][0]}"}
        ),
        Actor("visitor", "viewer", {"X-Viewer-Token": everything.tokens["ViewerToken"][0]}),
    ]
    async with database.session() as session:
        for kind, subject in subjects.items():
            for role in identity.roles_of(kind):
                person = await add_person(session, f"{kind.value}-{role.value}")
                await identity.grant(
                    session, person_id=person.id, kind=kind, subject_id=subject, role=role
                )
                key = await add_key(session, person)
                found.append(Actor(kind.value, f"{kind.value} {role.value}", key, (kind, role)))
        seller, host = await add_seller(session, "elsewhere"), await add_host(session)
        found += [
            Actor("another seller", "another seller", await add_key(session, seller)),
            Actor("another creator", "another creator", await add_key(session, host)),
        ]
    return found
