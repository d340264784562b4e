"""Links lead somewhere, commands exist, nothing names a registry's host or this machine."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from showfloor.kit.retention import kept_for
from tests.architecture.sources import ROOT

PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", ".tool"} & set(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
FILE = re.compile(r"`((?:src|tests|docs|frontend|scripts|bench|deploy)/[\w./{},*-]+)`")
MAKE = re.compile(r"^\s*(?:\$ )?make ([a-z]+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_page_lead_somewhere(page: Path) -> None:
    broken = [
        link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_the_page_names_exist(page: Path) -> None:
    named = [
        name for name in FILE.findall(page.read_text("utf-8")) if not re.search(r"[{}*]", name)
    ]

    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda page: page.stem
)
def test_decision_has_a_number_and_four_parts(page: Path) -> None:
    text = page.read_text("utf-8")
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)

    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert parts == ["Context", "Decision", "Consequences", "Alternatives"]


def test_log_lines_to_look_for_are_written_somewhere() -> None:
    page = (ROOT / "docs/operate/README.md").read_text("utf-8")
    watched = page.split("## Watch over it")[1].split("\n## ")[0]
    lines = [
        line
        for row in watched.splitlines()
        if ".log`" in row
        for line in re.findall(r'"([^"]+)"', row)
    ]
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))

    assert len(lines) >= 3
    assert [line for line in lines if line not in sources] == []


def test_impact_assessment_says_how_long_networks_are_kept() -> None:
    page = (ROOT / "docs/privacy/dpia.md").read_text("utf-8")
    hours, days = (
        kept_for("hold_network") // timedelta(hours=1),
        kept_for("chat_network") // timedelta(days=1),
    )

    assert f"of who holds goods for {hours} hours, of who chats as a guest for {days} day" in page


def test_make_commands_of_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {command for page in PAGES for command in MAKE.findall(page.read_text("utf-8"))}

    assert named <= targets


def test_no_file_names_a_registry_or_a_home() -> None:
    hosts = "|".join(
        [
            "py" + r"pi\.org",
            "python" + "hosted",
            "npm" + r"js\.org",
            r"deb\.deb" + "ian",
            "/home/" + "[a-z]",
            "/root/" + "[a-z.]",
        ]
    )
    found = subprocess.run(
        ["git", "grep", "-nIE", hosts], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert found.stdout == ""
