"""Texts that an operator types are cleaned and judged as those of a request."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.integration.app.commands import (
    AVATAR,
    CATALOG,
    PASSWORD,
    Run,
    add_host,
    add_merchants,
    run,
    scalar,
)

__all__ = ["run"]
TABLES = ("creator", "person", "api_key", "merchant where identity is not null")


def test_texts_are_cleaned_as_those_of_a_request(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    add_merchants(run)
    found = json.loads(CATALOG.read_text())
    found["products"][0]["name"]["en"] = "\u202a Salt   mug\u202c\u200b "
    found["products"][0]["description"]["en"] = " One.\n\n\n\n\u202bTwo.\u202c"
    axis = found["products"][0]["options"][0]
    axis["name"]["en"] = "\u2067Glaze\u2069"
    axis["values"][0]["name"]["en"] = "Sea\u0007\u200b  salt"
    shutil.copytree(
        CATALOG.parent / "media", tmp_path / "media", ignore=shutil.ignore_patterns("*.mp4")
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
    assert scalar(database_url, texts) == "Salt mug|One.\n\nTwo."
    assert scalar(database_url, "select name from person") == "Lina M."
    options = (
        "select options->0->'name'->>'en' || '|' || (options->0->'values'->0->'name'->>'en')"
        f" from product where slug = '{slug}'"
    )
    assert scalar(database_url, options) == "Glaze|Sea salt"


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
    stored = scalar(database_url, f"select concat_ws('|', {texts}) from merchant")
    assert stored == "Loamwick|لوم ويك|One kiln.\n\nTwo hands.|فرن"
    assert scalar(database_url, "select identity from merchant") == {
        "company": "Loamwick Ltd",
        "address": "4 Kiln Lane, London",
        "email": "care@b.example",
        "phone": "+44 20",
        "registration": "1 2",
        "vat": "GB 1",
    }
    assert scalar(database_url, "select email from person") == "host@b.example"
    assert scalar(database_url, "select label from api_key") == "OBS at home"


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\u202e\u202c", "x" * 201])
def test_name_of_which_nobody_sees_anything_is_refused(
    run: Run, database_url: str, nothing: str
) -> None:
    add_merchants(run)
    add_host(run)
    before = [scalar(database_url, f"select count(*) from {table}") for table in TABLES]

    said = [
        run("creator add", "--name", nothing, "--name-ar", "لينا", "--avatar", AVATAR),
        run("person add b@brand.example --adult --name", nothing, typed=f"{PASSWORD}\n"),
        run("person key add host@brand.example --scope all --label", nothing),
        run("merchant identify loamwick --address x --email a@b.example --company", nothing),
    ]

    assert [each.exit_code for each in said] == [2] * 4
    assert [scalar(database_url, f"select count(*) from {table}") for table in TABLES] == before


@pytest.mark.parametrize(
    ("company", "address", "email"),
    [("", "4 Kiln Lane", "a@b.example"), ("Ltd", " ", "a@b.example"), ("Ltd", "4 Kiln Lane", "a")],
)
def test_seller_who_says_nothing_of_itself_is_refused(
    run: Run, database_url: str, company: str, address: str, email: str
) -> None:
    add_merchants(run)
    before = scalar(database_url, "select count(*) from merchant where identity is not null")

    said = run(
        "merchant identify loamwick", "--company", company, "--address", address, "--email", email
    )

    assert said.exit_code == 2
    after = scalar(database_url, "select count(*) from merchant where identity is not null")
    assert after == before
