"""Every text that comes in passes a cleaner of `kit.text`, has a pattern, or stands here with the
reason why it is taken as it is.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated, Any, get_args

import pytest
import typer
from fastapi.params import Body
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, Field

from showfloor.app import commands as package
from showfloor.app.asgi import create_app
from showfloor.app.cli import COMMANDS, OWN_COMMANDS
from showfloor.app.settings import Settings
from showfloor.feeds.schemas import ImportUrl
from showfloor.kit.fields import Line

CLEANERS = {
    "showfloor.kit.text",
    "showfloor.kit.webvtt",
    "showfloor.room.rules.names",
    "showfloor.room.rules.words",
}
TAKEN_AS_THEY_ARE = {
    "sku": "a merchant's own name, compared letter by letter",
    "market": "a code, looked up",
    "platform": "a code, looked up",
    "format": "a code, looked up",
    "currency": "a code, looked up",
    "merchant": "an id, parsed",
    "merchant_id": "an id, parsed",
    "product_id": "an id, parsed",
    "product_ids": "ids, parsed",
    "creator_id": "an id, parsed",
    "drop_id": "an id, parsed",
    "reply_to": "an id, parsed",
    "sign_in": "an id, parsed",
    "id": "an id, parsed",
    "deliveries": "ids, parsed",
    "ticket": "a secret that we made",
    "token": "a secret that we made",
    "link": "a secret that we made",
    "order": "a secret that we made",
    "admission": "a secret that we made",
    "password": "a secret of theirs",
    "current": "a secret of theirs",
    "new": "a secret of theirs",
    "email": "who signs in, cleaned where it is looked up (identity.rules.normalise_email)",
    "origin": "cleaned where it is read (merchants.rules.normalise_origin)",
}
ARGUMENTS_TAKEN_AS_THEY_ARE = {
    "sku": "a merchant's own name, compared letter by letter",
    "address": "an origin, cleaned where it is read (merchants.rules.normalise_origin)",
    "key_id": "an id, parsed",
    "option": "an id, parsed",
    "show": "an id, parsed",
    "head": "a hash, compared letter by letter",
    "terms": "a hash, compared letter by letter",
    "url": "of this installation, for the operator's own request",
    "country": "a code, judged by delivery.rules",
    "currency": "a code, judged by delivery.rules",
    "price": "a number, parsed",
    "amount": "a number, parsed",
    "account": "an id, parsed",
    "step": "numbers, parsed",
    "free_from": "a number, parsed",
    "scopes": "codes, looked up",
    "seller": "a short name, looked up",
    "sellers": "short names, looked up",
}


def texts(kind: Any, hints: list[Any], where: str, seen: set[Any]) -> Iterator[str]:
    """The fields below a type that are text and neither cleaned nor bound to a pattern."""
    origin, arguments = typing.get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from texts(arguments[0], [*hints, *arguments[1:]], where, seen)
    elif origin in (typing.Union, types.UnionType, list, tuple, dict, set, frozenset):
        for argument in arguments:
            yield from texts(argument, hints, where, seen)
    elif typing.is_typeddict(kind):
        for name, field in typing.get_type_hints(kind, include_extras=True).items():
            yield from texts(field, [], f"{kind.__name__}.{name}", seen)
    elif isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
        seen.add(kind)
        for name, found in kind.model_fields.items():
            whole = [found.annotation, [found, *found.metadata], f"{kind.__name__}.{name}"]
            yield from texts(*whole, seen)
    elif kind is str and not any(map(_judges, hints)):
        yield where


def _judges(hint: Any) -> bool:
    if isinstance(hint, AfterValidator):
        return getattr(hint.func, "__module__", "") in CLEANERS
    if getattr(hint, "pattern", None):
        return True
    return any(getattr(one, "pattern", None) for one in getattr(hint, "metadata", ()))


def routes(found: list[Any]) -> Iterator[APIRoute]:
    for one in found:
        if isinstance(one, APIRoute):
            yield one
        else:
            yield from routes(getattr(one, "routes", []))


def test_texts_of_requests_are_cleaned() -> None:
    app = create_app(Settings(database_url="postgresql:///nothing"))
    seen: set[Any] = set()
    # Imports by address read their own body.
    found = set(texts(ImportUrl, [], "ImportUrl", seen))
    for route in routes(app.routes):
        for body in route.dependant.body_params:
            if isinstance(body.field_info, Body):
                info = body.field_info
                found |= set(texts(info.annotation, list(info.metadata), body.name, seen))

    assert len(seen) > 20
    assert sorted(one for one in found if one.rpartition(".")[2] not in TAKEN_AS_THEY_ARE) == []
    assert {one.rpartition(".")[2] for one in found} == set(TAKEN_AS_THEY_ARE), "no longer needed"


def test_texts_of_commands_are_cleaned() -> None:
    """By a callback or a parser of the argument."""
    found = list(commands())
    loose = {
        name: f"{command.__name__}: {name}"
        for command in found
        for name, kind in typing.get_type_hints(command, include_extras=True).items()
        if name != "return"
        if list(texts(kind, [], name, set())) and not any(map(_has_callback, get_args(kind)))
    }

    assert len(found) > 30
    assert [loose[name] for name in loose.keys() - ARGUMENTS_TAKEN_AS_THEY_ARE.keys()] == []
    assert loose.keys() == ARGUMENTS_TAKEN_AS_THEY_ARE.keys(), "no longer needed"


def _has_callback(hint: Any) -> bool:
    return bool(getattr(hint, "callback", None) or getattr(hint, "parser", None))


def commands() -> Iterator[Callable[..., None]]:
    def below(group: typer.Typer) -> Iterator[Callable[..., None]]:
        yield from (one.callback for one in group.registered_commands if one.callback)
        for inner in group.registered_groups:
            if inner.typer_instance is not None:
                yield from below(inner.typer_instance)

    for name in (*COMMANDS, *OWN_COMMANDS):
        module = import_module(f"{package.__name__}.{name.replace('-', '_')}")
        if hasattr(module, "group"):
            yield from below(module.group)
        else:
            yield module.command


class Loose(BaseModel):
    good: Line
    code: Annotated[str, Field(pattern="^[a-z]+$")]
    sku: str
    bare: str | None = None
    several: list[Annotated[str, Field(max_length=9)]] = []


@pytest.mark.parametrize("kind", [Loose, Loose | None, list[Loose]])
def test_the_rule_finds_texts_that_nobody_judges(kind: Any) -> None:
    found = set(texts(kind, [], "", set()))

    assert found == {"Loose.sku", "Loose.bare", "Loose.several"}
