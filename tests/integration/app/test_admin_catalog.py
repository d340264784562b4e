"""An operator imports a catalog from a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.integration.app.commands import (
    CATALOG,
    Run,
    add_merchants,
    run,
    scalar,
)

__all__ = ["run"]


def test_sku_of_two_sellers_needs_the_seller(run: Run, database_url: str, tmp_path: Path) -> None:
    add_merchants(run)
    found = json.loads(CATALOG.read_text())
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
    assert scalar(database_url, "select array_agg(on_hand order by on_hand) from stock_item") == [
        0,
        3,
    ]
    limits = "select array_agg(buyer_limit) from stock_item"
    assert scalar(database_url, limits) == [2, 2]
    classes = "select array_agg(no_withdrawal) from product"
    assert scalar(database_url, classes) == ["made_to_measure"] * 2


def test_catalog_is_imported_whole_or_not_at_all(
    run: Run, database_url: str, tmp_path: Path
) -> None:
    add_merchants(run)
    found = json.loads(CATALOG.read_text())
    found["products"][-1]["variants"][0]["price"] = {}
    shutil.copytree(
        CATALOG.parent / "media", tmp_path / "media", ignore=shutil.ignore_patterns("*.mp4")
    )
    (tmp_path / "broken.json").write_text(json.dumps(found))

    refused = run("catalog import", str(tmp_path / "broken.json"))

    assert refused.exit_code == 1 and "The product is not complete" in refused.stderr
    assert (
        f"product: {found['products'][-1]['slug']}" in refused.stderr
        and "needs a price" in refused.stderr
    )
    assert scalar(database_url, "select count(*) from product") == 0


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
    file.write_text(content or CATALOG.read_text())

    refused = run("catalog import", str(file))

    assert refused.exit_code == 1 and said in refused.stderr and "Traceback" not in refused.output


@pytest.mark.parametrize("name", ["../secret.webp", "mug.svg", "missing.webp"])
def test_only_pictures_beside_the_file_are_taken(
    run: Run, database_url: str, tmp_path: Path, name: str
) -> None:
    add_merchants(run)
    (tmp_path / "secret.webp").write_text("secret")
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "mug.svg").write_text("<svg/>")
    found = json.loads(CATALOG.read_text())
    found["products"] = found["products"][:1]
    found["products"][0]["pictures"][0]["file"] = name
    (folder / "catalog.json").write_text(json.dumps(found))

    refused = run("catalog import", str(folder / "catalog.json"))

    assert refused.exit_code == 1 and name in refused.stderr
    assert scalar(database_url, "select count(*) from product") == 0
