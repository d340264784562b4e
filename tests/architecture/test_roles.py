"""Every route asks the table of roles, or stands here with the reason why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Route

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.identity import service
from showfloor.identity.http import get_caller, get_optional_person, get_own_session

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

ASKS_WHO = {get_optional_person, get_caller}
PUBLIC = {
    # What is on the air, for everybody.
    "list_shows": "watching",
    "write_captions": "watching",
    "list_messages": "watching",
    # A guest by the token of their first message; who signed in is asked for in the route itself.
    "send_message": "guest",
    "ask_question": "guest",
    "join_question": "guest",
    "list_questions": "watching",
    # A number, of nobody.
    "send_hearts": "watching",
    # Of who reports nothing is kept but a network, for a day.
    "report_message": "watching",
    # A guest is known by the token of their own hold.
    "hold_goods": "guest",
    "open_checkout": "guest",
    "pay": "guest",
    # Published for everybody to check.
    "get_drop_log": "watching",
    "get_waiting_log": "watching",
    # Without a word about oneself; who is signed in is known by that.
    "get_shown_coupon": "watching",
    "claim_coupon": "watching",
    "get_hold": "guest",
    "quote_hold": "guest",
    "quote_goods": "guest",
    "change_hold": "guest",
    "release_hold": "guest",
    # Whoever has the token of the order's page.
    "withdraw_order": "guest",
    "prove_return": "guest",
    "get_checkout": "guest",
    "confirm": "guest",
    # Signs with the provider's secret.
    "take_callback": "provider",
    "openapi_file": "documentation",
    # The way in.
    "ask_age": "sign-in",
    "sign_in": "sign-in",
    # Whoever has the link of an invitation.
    "open_invitation": "invitation",
    "join_team": "invitation",
    # A second device has a token of its own, which ends with its host's role.
    "join_remote": "remote",
    "get_remote_show": "remote",
    "pin_by_remote": "remote",
    "unpin_by_remote": "remote",
    # A viewer's account, known by its own session (viewers/deps.py).
    "ask_sign_in": "viewer",
    "current_viewer": "viewer",
    "end_other_viewer_sessions": "viewer",
    "end_viewer_session": "viewer",
    "enter": "viewer",
    "leave": "viewer",
    "list_viewer_sessions": "viewer",
    "list_viewer_orders": "viewer",
    "claim_order": "viewer",
    "get_own_data": "viewer",
    "download_own_data": "viewer",
    "ask_about_own_data": "viewer",
    "ask_erasure": "viewer",
    "get_limit": "viewer",
    "appeal": "viewer",
    "list_addresses": "viewer",
    "keep_address": "viewer",
    "change_address": "viewer",
    "forget_address": "viewer",
    "admit_account": "viewer",
    "list_reminders": "viewer",
    "follow_creator": "viewer",
    "unfollow_creator": "viewer",
    "ask_for_reminder": "viewer",
    "forget_reminder": "viewer",
    "join_waiting_list": "viewer",
    "list_waits": "viewer",
    "leave_waiting_list": "viewer",
    # Whoever has the mail.
    "stop_reminders": "viewer",
    "open_wait": "viewer",
    "leave_opened_wait": "viewer",
    "hold_opened_wait": "viewer",
    "hold_waited": "viewer",
    "leave_by_mail": "viewer",
    # Whoever has the token of the receipt.
    "get_erasure": "viewer",
}
"""Routes of the API that ask nobody who they are."""


def test_every_route_asks_the_table_or_says_why_not() -> None:
    asked = {route.name for route in _routes() if _asks_who(route)}
    found = {route.name for route in _routes()} - asked

    assert found == set(PUBLIC), "does it need a person? Then its tag or name is in roles.json"


def test_table_says_what_every_route_does() -> None:
    unsaid = [
        route.name
        for route in _routes()
        if _asks_who(route) and not _is_own(route) and _action(route) is None
    ]

    assert unsaid == [], "roles.json: name them, or their tag"


def test_table_names_only_routes_that_are_there() -> None:
    there = {route.name for route in _routes()}

    assert set(service.role_table().routes) <= there


def test_what_no_role_decides_is_about_the_person_alone() -> None:
    """Nothing of a team can hide under a tag of `everybody`."""
    own = [route for route in _routes() if _is_own(route) and _asks_who(route)]

    assert {route.name for route in own if get_own_session not in set(_calls(route.dependant))} <= {
        "accept_invitation",
        "current_session",
        "sign_out",
    }


def test_pages_ask_nobody_because_nothing_on_them_is_about_the_reader() -> None:
    asking = [route.name for route in _routes("/") if not _is_api(route) and _asks_who(route)]

    assert asking == []


@cache
def _all_routes() -> tuple[Route, ...]:
    app = create_app(Settings(database_url="postgresql:///nothing"))
    return tuple(route for route in app.routes if isinstance(route, Route))


def _routes(prefix: str = "/api/") -> list[Route]:
    return [route for route in _all_routes() if route.path.startswith(prefix)]


def _is_api(route: Route) -> bool:
    return route.path.startswith("/api/")


def _asks_who(route: Route) -> bool:
    """The routes of buying are functions of a request: they have no dependencies."""
    return isinstance(route, APIRoute) and bool(ASKS_WHO & set(_calls(route.dependant)))


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for needed in dependant.dependencies:
        yield from _calls(needed)


def _tag(route: Route) -> str:
    return str(next(iter(getattr(route, "tags", None) or []), ""))


def _is_own(route: Route) -> bool:
    return service.is_for_everybody(_tag(route))


def _action(route: Route) -> object:
    safe = (route.methods or set()) <= SAFE_METHODS
    return service.action_of(_tag(route), route.name, safe=safe)
