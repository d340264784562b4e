"""An operator fills an empty installation with the commands of docs/operate/README.md."""

from __future__ import annotations

import asyncio
import re
import secrets
import shlex
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner

from showfloor.app import admin
from showfloor.app.cli import cli
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.app.private import secrets as secrets_of_installation
from showfloor.app.serve import claimed
from showfloor.app.settings import Settings
from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint
from showfloor.kit.db import Database
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.shows.views import show_view
from tests.architecture.sources import ROOT
from tests.integration.app.commands import (
    AVATAR,
    CATALOG,
    DEMO,
    PASSWORD,
    Run,
    add_host,
    add_merchants,
    run,
    scalar,
)

__all__ = ["run"]


def test_commands_of_the_docs_lead_from_nothing_to_a_show(
    run: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "operate" / "README.md").read_text("utf-8")
    (commands,) = [
        block for block in re.findall(r"```\n(.*?)```", page, re.DOTALL) if "merchant add" in block
    ]

    creator = ""
    for asked, command in re.findall(
        r"^(creator=\$\()?showfloor (.*?)\)?$", commands, re.MULTILINE
    ):
        done = run(*shlex.split(command.replace("$creator", creator)), typed=f"{PASSWORD}\n")
        assert done.exit_code == 0, (command, done.output)
        creator = done.stdout.strip() if asked else creator

    assert creator.startswith("cre_")
    card = asyncio.run(
        _show(database_url, scalar(database_url, "select id from product where slug = 'dawn-mug'"))
    )
    assert [product["name"]["en"] for product in card["products"]] == ["Dawn Mug"]
    picture = card["products"][0]["pictures"][0]["url"]
    assert (tmp_path / picture.removeprefix("/")).read_bytes() == (
        DEMO / "media/products/mug-1.webp"
    ).read_bytes()


async def _show(database_url: str, product_id: UUID) -> dict[str, Any]:
    """What the host of the docs does in the studio: signs in, plans a show, fills its shelf."""
    database = Database(database_url)
    admission = identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True)
    host = (
        await identity.sign_in(
            database, admission=admission, email="host@live.example", password=PASSWORD
        )
    ).person
    async with database.session() as session:
        made = await shows.create_show(
            session,
            person=host,
            new=NewShow(title={"en": "Slow morning", "ar": "صباح هادئ"}, market="gb"),
        )
        show = await shows.add_product(session, person=host, show_id=made.id, product_id=product_id)
        view = show_view(await shows.with_shelf(session, show), Settings().public_urls)
    await database.close()
    return view.model_dump(mode="json")


def test_stock_is_what_was_said(run: Run, database_url: str) -> None:
    add_merchants(run)
    run("catalog import", str(CATALOG))
    left = (
        "select available from stock_item join variant on variant.id = variant_id where sku = "
        "'LW-MUG-SALT-250'"
    )

    assert run("stock set LW-MUG-SALT-250 77").exit_code == 0
    assert scalar(database_url, left) == 77
    refused = run("stock set LW-MUG-NONE 3")
    assert (
        refused.exit_code == 1
        and "does not exist" in refused.stderr
        and "LW-MUG-NONE" in refused.stderr
    )


def test_names_are_given_once(run: Run, database_url: str) -> None:
    add_merchants(run)

    again = run("merchant add loamwick --name L --name-ar L --order-prefix LW --avatar", AVATAR)

    assert again.exit_code == 1 and "Another seller has this short name" in again.stderr
    assert scalar(database_url, "select count(*) from merchant") == 2


def test_website_may_show_the_shows(run: Run, database_url: str) -> None:
    add_merchants(run)

    assert (
        run("merchant origin add loamwick HTTPS://Brand.example/").stdout
        == "https://brand.example\n"
    )
    refused = run("merchant origin add loamwick http://brand.example")

    assert refused.exit_code == 1 and "not the address of a website" in refused.stderr
    merchant_id = scalar(database_url, "select id from merchant where slug = 'loamwick'")
    origins = admin.run(
        Settings(database_url=database_url),
        lambda session: merchants.allowed_origins(session, [merchant_id]),
    )
    assert origins == ["https://brand.example"]


def test_seller_says_how_it_delivers(run: Run) -> None:
    add_merchants(run)
    way = "--name Standard --name-ar عادي --country GB --country ie --currency gbp --days 2-3"

    added = run(f"merchant delivery add loamwick {way} --price 3.95 --step 50=1.95 --free-from 80")
    listed = run("merchant delivery list loamwick")
    slipped = run(f"merchant delivery add loamwick {way} --price 3.955")
    refused = run(f"merchant delivery add loamwick {way.replace('GB', 'XX')} --price 1")
    removed = run(f"merchant delivery remove loamwick {added.stdout.split()[0]}")

    said = (
        "Standard  GB IE  0 + 2 to 3 working days  3.95 GBP, 1.95 GBP from 50.00, free from 80.00"
    )
    assert added.exit_code == 0 and said in added.stdout
    assert listed.stdout == added.stdout
    assert (slipped.exit_code, refused.exit_code, removed.exit_code) == (2, 1, 0)
    assert run("merchant delivery list loamwick").stdout.startswith("None: ")


@pytest.mark.parametrize(
    "command",
    [
        "creator allow lina loamwick",
        "merchant add Loam --name L --name-ar L --order-prefix LW --avatar x",
    ],
)
def test_what_is_mistyped_is_pointed_at(run: Run, command: str) -> None:
    assert run(command).exit_code == 2


def test_empty_database_is_brought_into_shape_first(postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database(f"t_{secrets.token_hex(6)}")

    assert admin.run(
        Settings(database_url=url),
        lambda session: admin.add_creator(session, name={"en": "L"}, avatar_url=""),
    )


def test_database_that_does_not_answer_is_named_as_the_reason(tmp_path: Path) -> None:
    environment = {"SHOWFLOOR_DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}"}

    refused = CliRunner().invoke(cli, ["person", "disable", "a@brand.example"], env=environment)

    assert refused.exit_code == 1 and refused.stderr.startswith("The database does not answer")


def test_embedded_database_is_started_for_a_command_and_ended_after_it(tmp_path: Path) -> None:
    settings = Settings(database_url="", data=tmp_path)

    creator = admin.run(
        settings,
        lambda session: admin.add_creator(
            session, name={"en": "L", "ar": "L"}, avatar_url="/uploads/l.webp"
        ),
    )

    server = EmbeddedPostgres(tmp_path / "postgres")
    assert server.pid() is None
    server.start()
    try:
        with claimed(tmp_path) as ours:
            assert ours
            assert (
                admin.run(settings, lambda session: merchants.get_creator(session, creator)).id
                == creator
            )
        assert server.pid() is not None
    finally:
        server.stop()


def test_operator_sees_what_the_worker_could_not_do_and_retries_it(
    run: Run, database_url: str
) -> None:
    assert run("jobs list").stdout == "Everything was done.\n"
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into outbox_event (kind, payload, at, attempts, error, parked_at) values "
            "('orders.placed.v1', '{}', now(), 10, 'KeyError at kit/outbox.py:1', now())"
        )
        connection.execute(
            "insert into job_failure values ('forget old holds', 3, now(), 'Busy at kit/db.py:1')"
        )

    told = run("jobs list").stdout
    retried = run("jobs retry")

    assert "failing  forget old holds: 3 times" in told
    assert "parked   orders.placed.v1" in told and "KeyError at kit/outbox.py:1" in told
    assert retried.stdout == "1 events are tried again.\n0 mails are tried again.\n"
    assert scalar(database_url, "select count(*) from outbox_event where parked_at is null") == 1


def test_requests_that_cannot_be_read_are_listed_with_the_others(
    run: Run, database_url: str
) -> None:
    """Sealed with an earlier secret, they still have to be answered."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into privacy_request (id, kind, asked_at, due_at, sealed) select "
            "gen_random_uuid(), 'correct', now(), now() + interval '1 day', 'sealed before' "
            "from generate_series(1, 2)"
        )

    shown = run("privacy requests")

    assert shown.exit_code == 0, shown.output
    assert shown.output.count("unreadable") == 2
    assert shown.output.endswith("2 open\n")


def test_person_is_erased_once_they_have_left_their_teams(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    secrets_of_installation(tmp_path)
    add_merchants(run)
    add_host(run)
    left = "select count(*) from person where email = 'host@brand.example'"

    refused = run("privacy erase host@brand.example")

    assert (refused.exit_code, scalar(database_url, left)) == (1, 1)
    assert "take them out of each first" in refused.stderr
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from person_grant")
    done = run("privacy erase Host@brand.example")
    assert (done.exit_code, scalar(database_url, left)) == (0, 0), done.output
    assert re.search(r"^identity +[1-9]\d* rows$", done.stdout, re.MULTILINE)


def test_nobody_is_erased_without_the_secret(run: Run, database_url: str) -> None:
    refused = run("privacy erase anna@example.com")

    assert refused.exit_code == 1 and "SHOWFLOOR_SECRET" in refused.stderr
