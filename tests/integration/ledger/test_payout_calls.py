"""Payouts over the API: as by command, with four eyes, for operators alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import httpx2
import psycopg
import pytest

from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.ledger.http import payouts as payouts_http
from showfloor.ledger.service import paying
from tests.integration.checkout.shop import person, scalar
from tests.integration.ledger.conftest import NET, Shop, payable, shop_url

IBAN = "GB82WEST12345698765432"
ANNA, BORIS = (replace(person(), is_operator=True) for _ in range(2))


@pytest.fixture
async def bank(shop: Shop) -> Shop:
    shop.counter.app.include_router(payouts_http.router)
    await payable(shop)
    return shop


async def post(bank: Shop, who: Person, path: str, body: object = None) -> httpx2.Response:
    bank.be(who)
    return await bank.counter.client.post(f"/payouts{path}", json=body)


async def computed(bank: Shop) -> dict[str, Any]:
    answer = await post(bank, ANNA, "/batches", {"currency": "GBP"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["batches"][0]
    return found


async def test_one_computes_and_another_approves(bank: Shop) -> None:
    made = await computed(bank)
    refused = await post(bank, ANNA, f"/batches/{made['id']}/approve")
    bank.be(BORIS)
    (waits,) = (await bank.get("/payouts/batches"))["batches"]

    done = await post(bank, BORIS, f"/batches/{made['id']}/approve")

    assert (made["state"], made["may_approve"], made["total"]["amount"]) == (
        "computed",
        False,
        NET,
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "needs_another_person")
    assert waits["may_approve"] is True
    assert done.json()["batches"][0]["state"] == "approved"
    bank.be(bank.seller.person)
    assert await bank.balance() == 0


async def test_without_both_guards_one_person_pays_alone(
    bank: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: neither the rule nor the database looks who approves."""
    made = await computed(bank)
    monkeypatch.setattr(paying.rules, "may_approve", lambda *_: True)
    with psycopg.connect(shop_url(bank), autocommit=True) as admin:
        admin.execute("alter table payout_batch drop constraint ck_payout_batch_four_eyes")

    done = await post(bank, ANNA, f"/batches/{made['id']}/approve")

    assert done.json()["batches"][0]["state"] == "approved"


async def test_nobody_else_sees_or_moves_payouts(bank: Shop) -> None:
    made = await computed(bank)
    for path in ("/batches", f"/batches/{made['id']}/approve", f"/batches/{made['id']}/discard"):
        answer = await post(bank, bank.seller.person, path, {"currency": "GBP"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    seen = await bank.counter.client.get("/payouts/batches")

    assert seen.status_code == 403
    assert await scalar(bank.database, "select state from payout_batch") == "computed"


async def exported(bank: Shop, batch: dict[str, Any], **more: object) -> httpx2.Response:
    account = ids.encode("mer", bank.seller.merchant.id)
    payees = [{"account": account, "name": "Loamwick Ltd", "iban": IBAN}]
    body = {"format": "csv", "payees": payees, **more}
    return await post(bank, ANNA, f"/batches/{batch['id']}/export", body)


async def test_file_for_the_bank_names_everybody_or_nothing_is_sent(bank: Shop) -> None:
    made = await computed(bank)
    await post(bank, BORIS, f"/batches/{made['id']}/approve")

    missing = await exported(bank, made, payees=[])
    pounds = await exported(bank, made, format="sepa", debtor_name="Us", debtor_iban=IBAN)
    assert (missing.status_code, missing.json()["code"]) == (422, "payee_missing")
    assert (pounds.status_code, pounds.json()["code"]) == (422, "sepa_needs_euro")
    assert await scalar(bank.database, "select state from payout") == "approved"
    sent = await exported(bank, made)

    assert sent.status_code == 200, sent.text
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"Loamwick Ltd,{IBAN},20.32,GBP" in sent.text
    assert await scalar(bank.database, "select state from payout") == "sent"


async def test_account_that_stands_twice_among_the_payees_is_refused(bank: Shop) -> None:
    """Nobody knows which bank account is meant."""
    made = await computed(bank)
    await post(bank, BORIS, f"/batches/{made['id']}/approve")
    account = ids.encode("mer", bank.seller.merchant.id)
    payees = [
        {"account": account, "name": "Loamwick Ltd", "iban": iban}
        for iban in (IBAN, "DE89370400440532013000")
    ]

    refused = await exported(bank, made, payees=payees)

    assert (refused.status_code, refused.json()["code"]) == (422, "payee_twice")
    assert account in refused.json()["detail"]
    assert await scalar(bank.database, "select state from payout") == "approved"


async def test_security_log_says_who_had_which_file_written(bank: Shop) -> None:
    logged = "select string_agg(person_id || ' ' || about, ', ') from security_event"
    logged += " where event = 'payouts_exported'"
    made = await computed(bank)
    await post(bank, BORIS, f"/batches/{made['id']}/approve")
    await exported(bank, made, payees=[])
    assert await scalar(bank.database, logged) is None

    await exported(bank, made)
    await exported(bank, made)

    batch = ids.parse("pob", made["id"])
    assert await scalar(bank.database, logged) == ", ".join([f"{ANNA.id} {batch} csv"] * 2)


@pytest.mark.parametrize(
    ("steps", "state", "balance"),
    [
        (["settle"], "settled", 0),
        (["fail"], "failed", NET),
        (["settle", "return"], "returned", NET),
    ],
)
async def test_bank_says_what_became_of_it(
    bank: Shop, steps: list[str], state: str, balance: int
) -> None:
    made = await computed(bank)
    await post(bank, BORIS, f"/batches/{made['id']}/approve")
    await exported(bank, made)
    payout = made["payouts"][0]["id"]
    for step in steps:
        body = None if step == "settle" else {"reason": "Account closed"}
        last = await post(bank, ANNA, f"/{payout}/{step}", body)
    again = await post(bank, ANNA, f"/{payout}/settle")

    (shown,) = last.json()["batches"][0]["payouts"]
    assert (shown["state"], shown["reason"]) == (
        state,
        None if state == "settled" else "Account closed",
    )
    assert (again.status_code, again.json()["code"]) == (409, "payout_step_invalid")
    bank.be(bank.seller.person)
    assert await bank.balance() == balance


async def test_what_is_kept_back_is_not_paid_until_it_is_released(bank: Shop) -> None:
    account = ids.encode("mer", bank.seller.merchant.id)
    body = {"account": account, "currency": "GBP", "reason": "Parcels are missing", "days": 14}
    held = await post(bank, ANNA, "/holds", body)
    nothing = await post(bank, ANNA, "/batches", {"currency": "GBP"})
    nobody = await post(bank, ANNA, "/holds", {**body, "account": ids.encode("mer", ids.new())})

    released = await post(bank, BORIS, f"/holds/{held.json()['id']}/release")

    assert (held.status_code, held.json()["amount"]) == (201, None)
    assert nothing.json()["code"] == "nothing_payable"
    assert nobody.json()["code"] == "account_not_found"
    assert released.json()["holds"] == []
    assert (await computed(bank))["total"]["amount"] == NET


async def test_currency_that_there_is_not_is_refused(bank: Shop) -> None:
    account = ids.encode("mer", bank.seller.merchant.id)
    body = {"account": account, "currency": "ZZZ", "amount": 5, "reason": "Parcels", "days": 14}

    held = await post(bank, ANNA, "/holds", body)
    made = await post(bank, ANNA, "/batches", {"currency": "ZZZ"})

    assert (held.status_code, held.json()["code"]) == (422, "validation_failed")
    assert (made.status_code, made.json()["code"]) == (422, "validation_failed")
    assert await scalar(bank.database, "select count(*) from payout_hold") == 0


async def test_sepa_file_of_euros_is_xml(bank: Shop) -> None:
    """The command's tests look at all of it; here, that the call answers with it."""
    made = await computed(bank)
    await post(bank, BORIS, f"/batches/{made['id']}/approve")
    with psycopg.connect(shop_url(bank), autocommit=True) as admin:
        admin.execute("update payout_batch set currency = 'EUR'")

    sent = await exported(bank, made, format="sepa", debtor_name="Us", debtor_iban=IBAN)

    assert sent.headers["content-type"] == "application/xml"
    assert ElementTree.fromstring(sent.content).tag.endswith("Document")
