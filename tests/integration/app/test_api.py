"""What routes add to services: who is asking, problem+json in the reader's language, pages,
headers.
"""

from __future__ import annotations

import re

import httpx2
import pytest

from showfloor.app.wiring import connect_worker
from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint, Person
from showfloor.kit import ids, messages
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.merchants import service as merchants
from showfloor.realtime import service as realtime
from tests.people import Floor, add_floor, put_on_air

JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def _floor(database: Database, *, live: bool = False) -> Floor:
    async with database.session() as session:
        floor = await add_floor(session)
        if live:
            await put_on_air(session, floor)
    return floor


async def _key(database: Database, person: Person) -> dict[str, str]:
    async with database.session() as session:
        admission = identity.admit(CollectionPoint.API, adult=True)
        key = await identity.add_api_key(
            session, admission=admission, person_id=person.id, label="test"
        )
    return {"Authorization": f"Bearer {key}"}


async def test_unknown_show_is_a_problem_for_a_program(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/api/v1/shows/{ids.encode('show', ids.new())}", headers=JSON)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "show_not_found"


async def test_problem_speaks_arabic(client: httpx2.AsyncClient) -> None:
    english = await client.get("/api/v1/shows/show_1", headers={**JSON, "Accept-Language": "en"})
    arabic = await client.get(
        "/api/v1/shows/show_1", headers={**JSON, "Accept-Language": "ar-EG,ar;q=0.9"}
    )

    assert arabic.json()["code"] == english.json()["code"]
    assert any("\u0600" <= letter <= "\u06ff" for letter in arabic.json()["detail"])


async def test_unknown_page_is_a_page_for_a_person(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/s/nothing-here", headers=BROWSER)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl")])
async def test_show_page_is_whole_without_script(
    client: httpx2.AsyncClient, database: Database, lang: str, direction: str
) -> None:
    floor = await _floor(database, live=True)

    answer = await client.get(f"/s/{floor.show.slug}?lang={lang}", headers=BROWSER)

    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{direction}">' in answer.text
    for text in (
        floor.show.title[lang],
        floor.products[0].name[lang],
        floor.products[1].name[lang],
        "25.00",
    ):
        assert text in answer.text


async def test_page_allows_no_inline_code_and_no_frame(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database, live=True)

    answer = await client.get(f"/s/{floor.show.slug}", headers=BROWSER)

    policy = answer.headers["content-security-policy"]
    assert (
        "script-src 'self';" in policy
        and "unsafe" not in policy
        and "frame-ancestors 'none'" in policy
    )
    assert " style=" not in answer.text and "onclick" not in answer.text


async def test_frame_is_allowed_under_the_merchants_origins_alone(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database, live=True)
    merchant_id = next(iter(floor.sellers[0].merchant_ids))
    async with database.session() as session:
        await merchants.allow_origin(
            session,
            person=floor.sellers[0],
            merchant_id=merchant_id,
            origin="https://brand.example",
        )

    answer = await client.get(f"/embed/{floor.show.slug}", headers=BROWSER)

    assert "frame-ancestors https://brand.example" in answer.headers[
        "content-security-policy"
    ].split("; ")
    assert "set-cookie" not in answer.headers


async def test_sign_in_needs_the_declaration(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)

    answer = await client.post(
        "/api/v1/session", json={"email": floor.host.email, "password": "correct horse"}
    )

    assert answer.status_code == 403 and answer.json()["code"] == "adult_declaration_required"
    assert "set-cookie" not in answer.headers


async def test_change_with_the_cookie_alone_is_refused(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    body = {"email": floor.host.email, "password": "correct horse", "adult": True}
    csrf = (await client.post("/api/v1/session", json=body)).json()["csrf"]
    new = {"title": {"en": "Second", "ar": "ثانٍ"}, "market": "gb"}

    without = await client.post("/api/v1/shows", json=new)
    with_token = await client.post("/api/v1/shows", json=new, headers={"X-CSRF-Token": csrf})

    assert without.json()["code"] == "csrf_failed"
    assert with_token.status_code == 201


async def test_malformed_body_says_where_and_repeats_nothing(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/session", json={"email": 5, "password": "my secret"})

    assert answer.status_code == 422 and answer.json()["code"] == "validation_failed"
    assert answer.json()["fields"][0]["path"] == "body/email"
    assert "my secret" not in answer.text


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 10_000], ids=["lists", "objects"])
@pytest.mark.parametrize("path", ["/api/v1/session", "/internal/ingests"])
async def test_body_nested_deeper_than_can_be_read_is_refused(
    client: httpx2.AsyncClient, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "a" * 32}

    answer = await client.post(path, content=body, headers=headers)

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in ("validation_failed", "not_authenticated"), answer.text


async def test_pins_travel_over_the_api(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database, live=True)
    headers = await _key(database, floor.host)
    show, product = ids.encode("show", floor.show.id), ids.encode("prod", floor.products[0].id)

    cue = await client.post(
        f"/api/v1/shows/{show}/cues", json={"kind": "pin", "product_id": product}, headers=headers
    )
    timeline = await client.get(f"/api/v1/shows/{show}/timeline")
    ended = await client.post(f"/api/v1/cues/{cue.json()['id']}/end", headers=headers)

    assert cue.status_code == 201
    assert timeline.json()["cues"] == [cue.json()]
    assert ended.json()["end"] is not None


async def test_visitor_may_not_pin(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database, live=True)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"

    answer = await client.post(
        f"{path}/cues", json={"kind": "pin", "product_id": ids.encode("prod", floor.products[0].id)}
    )

    assert answer.status_code == 401
    assert (await client.get(f"{path}/timeline")).json() == {"cues": []}


async def test_stream_key_is_shown_once(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database)
    headers = await _key(database, floor.host)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"

    key = (await client.post(f"{path}/stream-key", headers=headers)).json()["stream_key"]
    studio = await client.get(f"{path}/studio", headers=headers)

    assert key not in studio.text
    assert studio.json()["key_hint"] == f"…{key[-4:]}"


async def test_internal_routes_need_the_machine_s_secret(client: httpx2.AsyncClient) -> None:
    refused = await client.post("/internal/publish", json={"stream_key": "sk_x"})
    asked = await client.post(
        "/internal/publish",
        json={"stream_key": "sk_x"},
        headers={"Authorization": "Bearer " + "t" * 32},
    )

    assert refused.status_code == 401
    assert asked.status_code == 403
    assert asked.json() == {
        "code": "stream_key_unknown",
        "detail": messages.translate("en", "error.stream_key_unknown"),
    }


async def test_report_about_what_is_no_show_of_ours_silences_no_other(
    client: httpx2.AsyncClient, database: Database
) -> None:
    show_id = ids.encode("show", (await _floor(database)).show.id)
    lines = [
        {"show_id": name, "ingest_id": "", "state": "lost", "since": "2026-11-23T10:00:00Z"}
        for name in ("show_a", show_id)
    ]

    answer = await client.post(
        "/internal/ingests",
        json={"ingests": lines},
        headers={"Authorization": "Bearer " + "t" * 32},
    )

    assert (answer.status_code, list(answer.json()["shows"])) == (200, [show_id])


async def test_refused_publisher_is_shown_to_the_host(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    headers = await _key(database, floor.host)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
    old = (await client.post(f"{path}/stream-key", headers=headers)).json()["stream_key"]
    await client.post(f"{path}/stream-key", headers=headers)

    await client.post(
        "/internal/publish",
        json={"stream_key": old},
        headers={"Authorization": "Bearer " + "t" * 32},
    )
    studio = (await client.get(f"{path}/studio", headers=headers)).json()

    assert [refusal["code"] for refusal in studio["ingest"]["refusals"]] == ["stream_key_revoked"]


async def test_oembed_answers_with_a_frame(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database, live=True)
    base = str(client.base_url).rstrip("/")

    answer = (await client.get("/oembed", params={"url": f"{base}/s/{floor.show.slug}"})).json()

    assert answer["type"] == "rich" and f"{base}/embed/{floor.show.slug}" in answer["html"]


async def test_oembed_is_found_by_its_link_and_keeps_to_the_size_that_is_asked_for(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database, live=True)
    page = (await client.get(f"/s/{floor.show.slug}", headers=BROWSER)).text
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)
    assert link is not None

    answer = (
        await client.get(
            link[1],
            params={
                "url": f"{client.base_url}/s/{floor.show.slug}",
                "maxwidth": 300,
                "maxheight": 5000,
            },
        )
    ).json()

    assert (answer["width"], answer["height"]) == (300, 711)
    assert 'width="300"' in answer["html"]


@pytest.mark.parametrize("path", ["/api/v1/shows", "/api/v1/session", "/api/v1/nothing"])
async def test_no_cache_keeps_what_the_api_says(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-store"


async def test_head_is_get_without_content(client: httpx2.AsyncClient) -> None:
    answer = await client.head("/healthz")

    assert answer.status_code == 200 and answer.content == b""


async def test_nul_byte_is_refused_and_not_repeated(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/session", json={"email": "a\x00b@example.com", "password": "p", "adult": True}
    )

    assert answer.status_code == 422 and answer.json()["code"] == "validation_failed"


async def test_error_page_links_home_only(client: httpx2.AsyncClient) -> None:
    answer = await client.get("//evil.example/x", headers=BROWSER)

    assert "evil.example" not in answer.text


async def test_draft_is_nobody_s_business(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"

    hidden = [
        await client.get(address, headers=BROWSER)
        for address in (f"/s/{floor.show.slug}", f"/embed/{floor.show.slug}")
    ]

    assert [answer.status_code for answer in hidden] == [404, 404]
    assert (await client.get(path)).status_code == 404
    assert (await client.get(path, headers=await _key(database, floor.host))).status_code == 200


async def test_merchant_sets_a_price_and_the_room_hears_of_it(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database, live=True)
    product = floor.products[0]
    path = f"/api/v1/products/{ids.encode('prod', product.id)}/prices"
    body = {"sku": product.variants[0].sku, "price": {"amount": 1900, "currency": "GBP"}}

    foreign = await client.post(path, json=body, headers=await _key(database, floor.sellers[1]))
    own = await client.post(path, json=body, headers=await _key(database, floor.sellers[0]))
    dispatcher = Dispatcher(database)
    connect_worker(dispatcher)
    await dispatcher.drain()

    assert foreign.status_code == 404 and own.status_code == 201
    async with database.session() as session:
        entries = (await realtime.snapshot(session, floor.show.id)).entries
    card = entries[f"product/{ids.encode('prod', product.id)}"]
    assert card["variants"][0]["price"] == {"amount": 1900, "currency": "GBP"}
