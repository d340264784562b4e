"""What a merchant's people are written about: their own orders, once, together, while they are of
the team and want it. Over the real outbox and a real mail server.
"""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from showfloor.identity import service as identity
from showfloor.identity.types import GrantKind, Member, Person, Role
from showfloor.kit import clock, ids
from showfloor.notices import queries, rules, service
from showfloor.notices.adapters.smtp import SmtpMailer, SmtpServer
from showfloor.notices.service import news
from showfloor.notices.types import Delivery, Letter, MailChoice
from showfloor.orders import service as orders
from tests.integration.checkout.counter import EMAIL
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import add_seller, execute, scalar
from tests.integration.notices.postbox import SENDER
from tests.integration.notices.test_mails import ALL, OFFICE, Shop, own_guesses
from tests.integration.notices.test_mails import shop as quiet_shop
from tests.integration.notices.test_parcels import said
from tests.people import add_key, add_person

__all__ = ["own_guesses", "quiet_shop"]
BOTH = ("plain", "html")
AT_ONCE, LATER = 0.0, rules.NEWS_PAUSE / timedelta(minutes=1)


@pytest.fixture
async def shop(quiet_shop: Shop) -> Shop:
    quiet_shop.owners_read = True
    return quiet_shop


async def join(shop: Shop, name: str, role: Role) -> Person:
    async with shop.database.session() as session:
        person = await add_person(session, name)
        await identity.grant(
            session,
            person_id=person.id,
            kind=GrantKind.MERCHANT,
            subject_id=shop.merchant,
            role=role,
        )
        found = await identity.get_person(session, person.id)
    assert found is not None
    return found


async def leave(shop: Shop, person: Person) -> None:
    async with shop.database.session() as session:
        await identity.revoke_grant(
            session, person_id=person.id, kind=GrantKind.MERCHANT, subject_id=shop.merchant
        )


async def choose(shop: Shop, person: Person, *, wanted: bool, language: str = "en") -> None:
    async with shop.database.session() as session:
        await service.choose_mails(
            session,
            person=person,
            merchant_id=shop.merchant,
            choice=MailChoice(wanted, language),
        )


async def owner_of(shop: Shop) -> str:
    """The address of who made the shop."""
    return str(
        await scalar(
            shop.database,
            "select email from person join person_grant on person_id = id where subject_id = :id"
            " order by created_at limit 1",
            id=shop.merchant,
        )
    )


def to(shop: Shop, address: str) -> list[EmailMessage]:
    return [mail for mail in shop.box.taken if mail["To"] == address]


def readers(shop: Shop) -> list[str]:
    """Everybody who was written to and bought nothing."""
    return sorted(str(mail["To"]) for mail in shop.box.taken if mail["To"] != EMAIL)


async def test_new_order_is_written_about_at_once_without_a_word_of_the_buyer(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    await shop.send()

    number = await scalar(shop.database, "select number from orders")
    (mail,) = to(shop, await owner_of(shop))
    assert mail["Subject"] == f"loamwick: new order LW-{number}"
    for kind in BOTH:
        words = said(mail, kind)
        assert f"LW-{number}, 1 piece, £22.00" in words
        assert "/desk/orders/ord_" in words and "/desk/mails" in words
        assert EMAIL not in words and "Kiln" not in words and "/o/" not in words
    address: Any = await scalar(shop.database, "select address from orders")
    named = [address[part] for part in ("name", "city", "postcode") if part in address]
    assert named and all(each not in said(mail, kind) for each in named for kind in BOTH)


async def test_order_heard_of_twice_is_written_about_once(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    await execute(shop.database, "delete from outbox_done")
    await execute(shop.database, "update outbox_event set done_at = null")
    await shop.hear()
    for minutes in (AT_ONCE, LATER, 2 * LATER):
        await shop.send(minutes)

    assert len(to(shop, await owner_of(shop))) == 1


async def test_what_follows_the_first_order_comes_in_one_mail_after_the_pause(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    await shop.send()
    for _ in range(3):
        await shop.buy()
    await shop.hear()
    await shop.send(LATER / 2)
    owner = await owner_of(shop)
    assert len(to(shop, owner)) == 1

    await shop.send(LATER + 1)

    _, mail = to(shop, owner)
    assert mail["Subject"] == "loamwick: 3 new orders"
    assert said(mail, "plain").count("1 piece, £22.00") == 3
    assert "Together £66.00" in said(mail, "html")


async def test_a_hundred_orders_make_one_mail_that_names_twenty_and_counts_all(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    await execute(
        shop.database,
        "insert into merchant_news (kind, about, merchant_id, order_id, at, units, amount,"
        " currency) select kind, gen_random_uuid(), merchant_id, order_id, at, units, amount,"
        " currency from merchant_news, generate_series(1, 99)",
    )
    await shop.send()

    (mail,) = to(shop, await owner_of(shop))
    assert mail["Subject"] == "loamwick: 100 new orders"
    words = said(mail, "plain")
    assert words.count("1 piece, £22.00") == rules.MOST_LINES
    assert "80 more are on the desk" in words and "Together £2,200.00" in words


async def test_withdrawal_and_failed_refund_come_before_new_orders(shop: Shop) -> None:
    page = await shop.buy()
    await shop.hear()
    await shop.send()
    await shop.client.post(f"{page}/withdrawal", data=ALL)
    order_id = ids.encode("ord", UUID(str(await scalar(shop.database, "select id from orders"))))
    packer = await join(shop, "Ida", Role.ORDERS)
    async with shop.database.session() as session:
        key = await add_key(session, packer)
    desk = Desk(shop.counter, order_id, key)
    assert (await desk.refund(("SALT", 1, 0))).status_code == 200
    refund_id = UUID(str(await scalar(shop.database, "select id from order_refund")))
    async with shop.database.session() as session:
        await orders.fail_refund(session, refund_id)
    await shop.buy()
    await shop.hear()
    await shop.send(LATER + 1)

    _, mail = to(shop, await owner_of(shop))
    assert mail["Subject"] == "loamwick: 1 failed refund, 1 withdrawal, 1 new order"
    words = said(mail, "plain")
    failed, withdrawn = words.index("owe it to the buyer"), words.index("14 days")
    assert failed < withdrawn < words.rindex("1 new order")


async def test_order_that_was_refunded_before_the_mail_is_no_new_order(shop: Shop) -> None:
    async with shop.database.session() as session:
        key = await add_key(session, await join(shop, "Ida", Role.ORDERS))
    await shop.buy()
    await shop.hear()
    await shop.send()
    for refunded in (True, False):
        await shop.buy()
        newest = "select id from orders order by placed_at desc, id desc limit 1"
        order_id = UUID(str(await scalar(shop.database, newest)))
        desk = Desk(shop.counter, ids.encode("ord", order_id), key)
        if refunded:
            assert (await desk.refund(("SALT", 1, 1))).status_code == 200
    await shop.hear()
    await shop.send(LATER + 1)

    _, mail = to(shop, await owner_of(shop))
    number = await scalar(shop.database, "select number from orders order by id desc limit 1")
    assert mail["Subject"] == f"loamwick: new order LW-{number}"


async def test_nothing_is_written_when_all_of_it_was_refunded(shop: Shop) -> None:
    async with shop.database.session() as session:
        key = await add_key(session, await join(shop, "Ida", Role.ORDERS))
    await shop.buy()
    order_id = ids.encode("ord", UUID(str(await scalar(shop.database, "select id from orders"))))
    desk = Desk(shop.counter, order_id, key)
    assert (await desk.refund(("SALT", 1, 1))).status_code == 200
    await shop.hear()
    await shop.send()

    assert to(shop, await owner_of(shop)) == []


async def test_other_merchants_people_and_other_roles_get_none(shop: Shop) -> None:
    await add_seller(shop.database, "zafralune", "ZF")
    for role in (Role.ORDERS, Role.CATALOG, Role.READ_ONLY):
        await join(shop, role.value, role)
    await shop.buy()
    await shop.hear()
    await shop.send()

    assert readers(shop) == [await owner_of(shop)]


async def test_who_sends_the_goods_is_written_to_in_their_language_once_they_chose_so(
    shop: Shop,
) -> None:
    packer = await join(shop, "noor", Role.ORDERS)
    await choose(shop, packer, wanted=True, language="ar")
    await shop.buy()
    await shop.hear()
    await shop.send()

    (mail,) = to(shop, packer.email)
    number = await scalar(shop.database, "select number from orders")
    assert f"طلب جديد LW-{number}" in str(mail["Subject"]).replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert '<html lang="ar" dir="rtl">' in said(mail, "html")
    # Isolated (UAX 9), or the sum behind it would be drawn as a part of it.
    assert f"\u2068LW-{number}\u2069، قطعة واحدة، 22.00" in said(mail, "plain")
    (other,) = to(shop, await owner_of(shop))
    assert "new order" in str(other["Subject"])


@pytest.mark.parametrize("guarded", [True, False])
async def test_who_switched_them_off_gets_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The twin: they are written to all the same."""
    if not guarded:
        monkeypatch.setattr(rules, "wants_news", lambda role, choice: True)
    owner = await join(shop, "ola", Role.OWNER)
    await choose(shop, owner, wanted=False)
    await shop.buy()
    await shop.hear()
    await shop.send()

    assert len(to(shop, owner.email)) == (0 if guarded else 1)
    assert len(to(shop, await owner_of(shop))) == 1


@pytest.mark.parametrize("guarded", [True, False])
async def test_who_left_the_team_before_the_mail_went_out_gets_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Noted while they were of the team, and taken from the server's queue after. The twin: who
    reads it is asked when the mail is made alone, and they read on of orders that are none of their
    business.
    """
    left = await join(shop, "ola", Role.OWNER)
    await shop.buy()
    await shop.hear()
    shop.box.says["DATA"] = "451 later"
    await shop.send()
    assert shop.box.taken == []
    if not guarded:
        kept = [Member(left.id, left.name, left.email, Role.OWNER, False)]

        async def as_it_was(*_: object) -> list[Member]:
            return kept

        monkeypatch.setattr(news, "_readers", as_it_was)
    await leave(shop, left)
    del shop.box.says["DATA"]
    await shop.send(LATER)

    assert len(to(shop, left.email)) == (0 if guarded else 1)


async def test_who_left_the_team_before_the_order_gets_none(shop: Shop) -> None:
    left = await join(shop, "ola", Role.OWNER)
    await leave(shop, left)
    await shop.buy()
    await shop.hear()
    await shop.send()

    assert readers(shop) == [await owner_of(shop)]


async def test_worker_that_dies_after_the_mailing_sends_it_again_under_the_same_id(
    shop: Shop,
) -> None:
    """Made once, whoever makes mailings then finds none."""
    await shop.buy()
    await shop.hear()
    await news.make_mailings(shop.database)
    await news.make_mailings(shop.database)
    await shop.send()
    await shop.send(LATER)

    assert len(to(shop, await owner_of(shop))) == 1


@pytest.mark.parametrize("guarded", [True, False])
async def test_news_are_of_one_mailing_while_another_worker_makes_it(
    shop: Shop, guarded: bool
) -> None:
    """The first worker has the merchant's mailing and has not committed. The twin, without a mark
    of what went out: the second writes of the same order again.
    """
    await shop.buy()
    await shop.hear()
    async with shop.database.session() as session:
        assert await queries.lock_mailing(session, clock.now()) == shop.merchant
        await news.make_mailings(shop.database)
        assert await scalar(shop.database, "select count(*) from merchant_letter") == 0
    await shop.send()
    if not guarded:
        await execute(shop.database, "update merchant_news set mailing_id = null")
        await execute(shop.database, "update merchant_mailing set due_at = now() - interval '1 s'")
    await shop.send()

    assert len(to(shop, await owner_of(shop))) == (1 if guarded else 2)


async def test_news_that_come_while_mails_are_sent_do_not_wait_for_the_last(shop: Shop) -> None:
    """Thousands of reminders of a show are sent for an hour, and that is when people order."""
    await shop.buy()
    await shop.hear()
    await execute(shop.database, "truncate merchant_news, merchant_mailing")
    sent: list[str] = []

    class Busy(SmtpMailer):
        async def send(self, letter: Letter) -> Delivery:
            sent.append(letter.to)
            if len(sent) == 1:
                await shop.buy()
                await shop.hear()
            return await super().send(letter)

    server = SmtpServer.of(f"smtp://127.0.0.1:{shop.box.port}", SENDER)
    await service.send_due(shop.database, Busy(server, seconds=5), OFFICE)

    assert sorted(sent) == sorted([EMAIL, EMAIL, await owner_of(shop)])


async def test_merchant_whose_mailing_fails_holds_up_no_mail_and_is_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.buy()
    await shop.hear()

    async def fail(*_: object) -> list[Member]:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(news, "_readers", fail)
        await shop.send()
    assert [mail["To"] for mail in shop.box.taken] == [EMAIL]
    await shop.send(LATER / 2)
    assert len(shop.box.taken) == 1

    await shop.send(LATER + 1)

    assert readers(shop) == [await owner_of(shop)]


async def test_news_that_nobody_could_be_written_about_for_days_stay_on_the_desk(
    shop: Shop,
) -> None:
    await shop.buy()
    await shop.hear()
    await shop.send((rules.GIVEN_UP_AFTER + timedelta(minutes=1)) / timedelta(minutes=1))

    assert readers(shop) == []
    assert await scalar(shop.database, "select count(*) from merchant_letter") == 0


async def test_choice_is_ones_own_and_for_those_who_may_send_goods(shop: Shop) -> None:
    owner, packer, reader = [
        await join(shop, role.value, role) for role in (Role.OWNER, Role.ORDERS, Role.READ_ONLY)
    ]
    path = f"/merchants/{ids.encode('mer', shop.merchant)}/own-mails"
    keys = {}
    async with shop.database.session() as session:
        for one in (owner, packer, reader):
            keys[one.id] = await add_key(session, one)
    ask = shop.counter.client

    assert (await ask.get(path, headers=keys[owner.id])).json() == {
        "wanted": True,
        "language": "en",
    }
    assert (await ask.get(path, headers=keys[packer.id])).json()["wanted"] is False
    refused = await ask.get(path, headers=keys[reader.id])
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")

    chosen = {"wanted": True, "language": "ar"}
    assert (await ask.put(path, json=chosen, headers=keys[packer.id])).json() == chosen
    assert (await ask.get(path, headers=keys[packer.id])).json() == chosen
    assert (await ask.get(path, headers=keys[owner.id])).json()["language"] == "en"

    wrong = await ask.put(path, json={**chosen, "language": "de"}, headers=keys[packer.id])
    assert (wrong.status_code, wrong.json()["code"]) == (422, "validation_failed")
    assert (await ask.get(path, headers=keys[packer.id])).json() == chosen
    other = await add_seller(shop.database, "zafralune", "ZF")
    foreign = f"/merchants/{ids.encode('mer', other.merchant.id)}/own-mails"
    answer = await ask.put(foreign, json=chosen, headers=keys[packer.id])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_old_news_and_letters_are_forgotten(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    await shop.send()
    later = clock.now() + timedelta(days=91)
    with clock.use(lambda: later):
        async with shop.database.session() as session:
            assert await service.forget_old(session) == 4

    for table in ("mail", "merchant_news", "merchant_letter"):
        assert await scalar(shop.database, f"select count(*) from {table}") == 0
