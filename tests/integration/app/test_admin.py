"""An operator fills an empty installation with the commands of docs/operate/README.md."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from showfloor.app import admin
from showfloor.app.cli import cli
from showfloor.app.postgres import EmbeddedPostgres
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

DEMO = ROOT / "src" / "showfloor" / "app" / "demo" / "data"
CATALOGUE = DEMO / "catalog.json"
AVATAR = str(DEMO / "media" / "avatars" / "loamwick.webp")
PASSWORD = "a long enough password"
Run = Callable[..., Result]
TABLES = ("creator", "person", "api_key", "merchant where identity is not null")


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """`showfloor …` as a person types it; `typed` is what comes from standard input."""
    environment = {"SHOWFLOOR_DATABASE_URL": database_url, "SHOWFLOOR_DATA": str(tmp_path)}

    def run(command: str, *more: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, [*command.split(), *more], env=environment, input=typed)

    return run


def _add_merchants(run: Run) -> None:
    for slug, prefix in (("loamwick", "LW"), ("zafralune", "ZL")):
        options = [
            "--name",
            slug.title(),
            "--name-ar",
            "متجر",
            "--order-prefix",
            prefix,
            "--avatar",
            AVATAR,
        ]
        assert run("merchant add", slug, *options).exit_code == 0


def _add_host(run: Run) -> str:
    creator = run(
        "creator add", "--name", "Lina", "--name-ar", "لينا", "--avatar", AVATAR
    ).stdout.strip()
    for slug in ("loamwick", "zafralune"):
        assert run("creator allow", creator, slug).exit_code == 0
    added = run(
        "person add host@brand.example --adult --creator",
        creator,
        "--name",
        "Lina",
        typed=f"{PASSWORD}\n",
    )
    assert added.exit_code == 0, added.output
    return creator


def _scalar(url: str, statement: str) -> Any:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()[0]  # type: ignore[arg-type, index] # a count has a row


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
        _show(database_url, _scalar(database_url, "select id from product where slug = 'dawn-mug'"))
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
    _add_merchants(run)
    run("catalog import", str(CATALOGUE))
    left = (
        "select available from stock_item join variant on variant.id = variant_id where sku = "
        "'LW-MUG-SALT-250'"
    )

    assert run("stock set LW-MUG-SALT-250 77").exit_code == 0
    assert _scalar(database_url, left) == 77
    refused = run("stock set LW-MUG-NONE 3")
    assert (
        refused.exit_code == 1
        and "does not exist" in refused.stderr
        and "LW-MUG-NONE" in refused.stderr
    )


def test_sku_of_two_sellers_needs_the_seller(run: Run, database_url: str, tmp_path: Path) -> None:
    _add_merchants(run)
    found = json.loads(CATALOGUE.read_text())
    mug = found["products"][0] | {
        "pictures": [],
        "options": [],
        "variants": [{"sku": "MUG", "price": {"GBP": 100}, "buyer_limit": 2}],
        "no_withdrawal": "made_to_measure",
    }
    (tmp_path / "two.json").write_text(
        json.dumps({"products": [mug, mug | {"brand": "zafralune"}]})
    )
    assert run("catalog import", str(tmp_path / "two.json")).exit_code == 0

    assert run("stock set MUG 3").exit_code == 1
    assert run("stock set MUG 3 --merchant zafralune").exit_code == 0
    assert _scalar(database_url, "select array_agg(on_hand order by on_hand) from stock_item") == [
        0,
        3,
    ]
    limits = "select array_agg(buyer_limit) from stock_item"
    assert _scalar(database_url, limits) == [2, 2]
    classes = "select array_agg(no_withdrawal) from product"
    assert _scalar(database_url, classes) == ["made_to_measure"] * 2


def test_texts_are_cleaned_as_those_of_a_request(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    _add_merchants(run)
    found = json.loads(CATALOGUE.read_text())
    found["products"][0]["name"]["en"] = "\u202a Salt   mug\u202c\u200b "
    found["products"][0]["description"]["en"] = " One.\n\n\n\n\u202bTwo.\u202c"
    axis = found["products"][0]["options"][0]
    axis["name"]["en"] = "\u2067Glaze\u2069"
    axis["values"][0]["name"]["en"] = "Sea\u0007\u200b  salt"
    shutil.copytree(
        CATALOGUE.parent / "media", tmp_path / "media", ignore=shutil.ignore_patterns("*.mp4")
    )
    (tmp_path / "marked.json").write_text(json.dumps(found))

    added = run(
        "person add",
        "a@brand.example",
        "--adult",
        "--name",
        "\u202aLina  M.\u202c",
        typed=f"{PASSWORD}\n",
    )
    imported = run("catalog import", str(tmp_path / "marked.json"))

    assert added.exit_code == imported.exit_code == 0, added.output + imported.output
    slug = found["products"][0]["slug"]
    texts = f"select name->>'en' || '|' || (description->>'en') from product where slug = '{slug}'"
    assert _scalar(database_url, texts) == "Salt mug|One.\n\nTwo."
    assert _scalar(database_url, "select name from person") == "Lina M."
    options = (
        "select options->0->'name'->>'en' || '|' || (options->0->'values'->0->'name'->>'en')"
        f" from product where slug = '{slug}'"
    )
    assert _scalar(database_url, options) == "Glaze|Sea salt"


def test_texts_of_a_seller_and_a_key_are_cleaned(run: Run, database_url: str) -> None:
    """Bidi marks and control characters are nowhere in what buyers read of a seller."""
    added = run(
        *("merchant add", "loamwick", "--order-prefix", "LW", "--avatar", AVATAR),
        *("--name", "\u202eLoam\u2066wick\u2069", "--name-ar", "لوم\u200f ويك"),
        *("--about", "One\u0007 kiln.\r\n\r\n\r\n\u202bTwo hands.\u202c"),
        *("--about-ar", "\u2067فرن\u2069"),
    )
    identified = run(
        *("merchant identify", "loamwick", "--company", "\u202eLoamwick   Ltd\u202c"),
        *("--address", "4 Kiln Lane,\n\u200bLondon", "--vat", "GB\u200e 1"),
        *("--email", "\u202amailto:care@b.example\u202c"),
        *("--phone", "\u202d+44 20\u202c", "--registration", " 1 \u200e2"),
    )
    person = run(
        *("person add", "\u202ahost@b.example\u202c", "--adult", "--name", "Lina"),
        typed=f"{PASSWORD}\n",
    )
    key = run(
        *("person key add", "\u200ehost@b.example", "--scope", "shows:run"),
        *("--label", "\u202eOBS\u0000  at home\u202c"),
    )

    for done in (added, identified, person, key):
        assert done.exit_code == 0, done.output
    texts = ", ".join(f"{field}->>'{lang}'" for field in ("name", "about") for lang in ("en", "ar"))
    stored = _scalar(database_url, f"select concat_ws('|', {texts}) from merchant")
    assert stored == "Loamwick|لوم ويك|One kiln.\n\nTwo hands.|فرن"
    assert _scalar(database_url, "select identity from merchant") == {
        "company": "Loamwick Ltd",
        "address": "4 Kiln Lane, London",
        "email": "care@b.example",
        "phone": "+44 20",
        "registration": "1 2",
        "vat": "GB 1",
    }
    assert _scalar(database_url, "select email from person") == "host@b.example"
    assert _scalar(database_url, "select label from api_key") == "OBS at home"


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\u202e\u202c", "x" * 201])
def test_name_of_which_nobody_sees_anything_is_refused(
    run: Run, database_url: str, nothing: str
) -> None:
    _add_merchants(run)
    _add_host(run)
    before = [_scalar(database_url, f"select count(*) from {table}") for table in TABLES]

    said = [
        run("creator add", "--name", nothing, "--name-ar", "لينا", "--avatar", AVATAR),
        run("person add b@brand.example --adult --name", nothing, typed=f"{PASSWORD}\n"),
        run("person key add host@brand.example --scope all --label", nothing),
        run("merchant identify loamwick --address x --email a@b.example --company", nothing),
    ]

    assert [each.exit_code for each in said] == [2] * 4
    assert [_scalar(database_url, f"select count(*) from {table}") for table in TABLES] == before


def test_catalog_is_imported_whole_or_not_at_all(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    _add_merchants(run)
    found = json.loads(CATALOGUE.read_text())
    found["products"][-1]["variants"][0]["price"] = {}
    shutil.copytree(
        CATALOGUE.parent / "media", tmp_path / "media", ignore=shutil.ignore_patterns("*.mp4")
    )
    (tmp_path / "broken.json").write_text(json.dumps(found))

    refused = run("catalog import", str(tmp_path / "broken.json"))

    assert refused.exit_code == 1 and "The product is not complete" in refused.stderr
    assert (
        f"product: {found['products'][-1]['slug']}" in refused.stderr
        and "needs a price" in refused.stderr
    )
    assert _scalar(database_url, "select count(*) from product") == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Invalid JSON"),
        ('{"products": [{"brand": "loamwick"}]}', "products/0/slug: Field required"),
        (None, "There is no such seller"),
    ],
)
def test_file_that_cannot_be_imported_is_explained(
    run: Run, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content or CATALOGUE.read_text())

    refused = run("catalog import", str(file))

    assert refused.exit_code == 1 and said in refused.stderr and "Traceback" not in refused.output


@pytest.mark.parametrize("name", ["../secret.webp", "mug.svg", "missing.webp"])
def test_only_pictures_beside_the_file_are_taken(
    run: Run, database_url: str, tmp_path: Path, name: str
) -> None:
    _add_merchants(run)
    (tmp_path / "secret.webp").write_text("secret")
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "mug.svg").write_text("<svg/>")
    found = json.loads(CATALOGUE.read_text())
    found["products"] = found["products"][:1]
    found["products"][0]["pictures"][0]["file"] = name
    (folder / "catalog.json").write_text(json.dumps(found))

    refused = run("catalog import", str(folder / "catalog.json"))

    assert refused.exit_code == 1 and name in refused.stderr
    assert _scalar(database_url, "select count(*) from product") == 0


def test_account_needs_the_declaration_and_a_long_password(run: Run, database_url: str) -> None:
    undeclared = run("person add a@brand.example --name A", typed=f"{PASSWORD}\n")
    short = run("person add a@brand.example --name A --adult", typed="short\n")

    assert undeclared.exit_code == 2 and "--adult" in undeclared.stderr
    assert short.exit_code == 1 and "at least 12 characters" in short.stderr
    assert _scalar(database_url, "select count(*) from person") == 0


def test_account_is_made_with_all_its_grants_or_not_at_all(run: Run, database_url: str) -> None:
    refused = run(
        "person add a@brand.example --name A --adult --merchant nobody", typed=f"{PASSWORD}\n"
    )

    assert refused.exit_code == 1 and "There is no such seller" in refused.stderr
    assert _scalar(database_url, "select count(*) from person") == 0


def test_address_that_is_taken_is_refused(run: Run) -> None:
    _add_merchants(run)
    _add_host(run)

    refused = run("person add HOST@brand.example --name B --adult", typed=f"{PASSWORD}\n")

    assert (
        refused.exit_code == 1
        and "There is an account with this email address already" in refused.stderr
    )


def test_key_is_all_that_its_command_prints(run: Run, database_url: str) -> None:
    _add_merchants(run)
    run("person add books@brand.example --name Books --adult", typed=f"{PASSWORD}\n")
    assert run("person grant books@brand.example --merchant loamwick").exit_code == 0

    key = run("person key add books@brand.example --label books --scope orders:read")

    assert re.fullmatch(r"sf_[\w-]{32}\n", key.stdout)
    found = admin.run(
        Settings(database_url=database_url),
        lambda session: identity.person_of_api_key(session, key.stdout.strip()),
    )
    assert (
        found is not None and found.email == "books@brand.example" and len(found.merchant_ids) == 1
    )
    assert run("person key add nobody@brand.example --label x --scope all").exit_code == 1


def test_names_are_given_once(run: Run, database_url: str) -> None:
    _add_merchants(run)

    again = run("merchant add loamwick --name L --name-ar L --order-prefix LW --avatar", AVATAR)

    assert again.exit_code == 1 and "Another seller has this short name" in again.stderr
    assert _scalar(database_url, "select count(*) from merchant") == 2


def test_website_may_show_the_shows(run: Run, database_url: str) -> None:
    _add_merchants(run)

    assert (
        run("merchant origin add loamwick HTTPS://Brand.example/").stdout
        == "https://brand.example\n"
    )
    refused = run("merchant origin add loamwick http://brand.example")

    assert refused.exit_code == 1 and "not the address of a website" in refused.stderr
    merchant_id = _scalar(database_url, "select id from merchant where slug = 'loamwick'")
    origins = admin.run(
        Settings(database_url=database_url),
        lambda session: merchants.allowed_origins(session, [merchant_id]),
    )
    assert origins == ["https://brand.example"]


def test_seller_says_how_it_delivers(run: Run) -> None:
    _add_merchants(run)
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
    assert _scalar(database_url, "select count(*) from outbox_event where parked_at is null") == 1


def test_what_was_granted_is_taken_back(run: Run, database_url: str) -> None:
    _add_merchants(run)
    creator = _add_host(run)
    who = "books@brand.example"
    run(f"person add {who} --name Books --adult --merchant loamwick", typed=f"{PASSWORD}\n")
    run(f"person key add {who} --label a --scope orders:read --days 30")
    listed = run(f"person key list {who}").stdout
    key_id = listed.split()[0]

    assert key_id.startswith("key_") and "orders:read" in listed and "never used" in listed
    assert run(f"person key revoke {who} {key_id}").exit_code == 0
    assert run(f"person key revoke {who} {key_id}").exit_code == 1
    assert run(f"person key list {who}").stdout == ""
    assert run(f"person revoke {who} --merchant loamwick").stdout == "1 grants were taken back.\n"
    assert run(f"person revoke {who} --merchant loamwick").stdout == "0 grants were taken back.\n"
    assert run("creator forbid", creator, "loamwick").exit_code == 0
    assert _scalar(database_url, "select count(*) from merchant_creator") == 1
    run("merchant origin add loamwick https://www.loamwick.example")
    run("merchant origin remove loamwick https://www.loamwick.example")
    assert _scalar(database_url, "select count(*) from merchant_origin") == 0
    assert run(f"person password {who}", typed="password1234\n").exit_code == 1
    assert run(f"person password {who}", typed=f"{PASSWORD} 2\n").exit_code == 0
    assert run(f"person disable {who}").exit_code == 0
    assert _scalar(database_url, "select count(*) from person where disabled_at is not null") == 1
    assert run(f"person enable {who}").exit_code == 0
    log = run("security list").stdout
    for event in ("key_revoked", "grant_revoked", "creator_forbidden", "origin_forbidden"):
        assert event in log
    assert "@" not in log and "Books" not in log


@pytest.mark.parametrize(
    ("company", "address", "email"),
    [("", "4 Kiln Lane", "a@b.example"), ("Ltd", " ", "a@b.example"), ("Ltd", "4 Kiln Lane", "a")],
)
def test_seller_who_says_nothing_of_itself_is_refused(
    run: Run, database_url: str, company: str, address: str, email: str
) -> None:
    _add_merchants(run)
    before = _scalar(database_url, "select count(*) from merchant where identity is not null")

    said = run(
        "merchant identify loamwick", "--company", company, "--address", address, "--email", email
    )

    assert said.exit_code == 2
    after = _scalar(database_url, "select count(*) from merchant where identity is not null")
    assert after == before
