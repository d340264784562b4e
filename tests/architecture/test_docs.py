"""Links lead somewhere, commands exist, nothing names a registry's host or this machine."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from showfloor.app.cli import COMMANDS, load
from showfloor.kit.retention import kept_for
from tests.architecture.sources import ROOT

PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", ".tool"} & set(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
FILE = re.compile(r"`((?:src|tests|docs|frontend|scripts|bench|deploy)/[\w./{},*-]+)`")
SHOWFLOOR = re.compile(
    r"(?:^|`)(?:\$ |\.venv/bin/)?(?:python -m )?showfloor ([a-z][^`\n#|]*)", re.MULTILINE
)
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


def _wrong_in(typed: str) -> str | None:
    """What is wrong with a command of the documentation; None where it can be typed."""
    name, *words = typed.split()
    if name not in COMMANDS:
        return f"{typed}: there is no {name}"
    command = load(name)
    for at, word in enumerate(words):
        if not hasattr(command, "commands"):
            known = {option for each in command.params for option in each.opts}
            options = [each.split("=")[0] for each in words[at:] if each.startswith("--")]
            unknown = [each for each in options if each not in known]
            return f"{typed}: there is no {', '.join(unknown)}" if unknown else None
        if word not in command.commands:
            return f"{typed}: there is no {word}"
        command = command.commands[word]
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_showfloor_commands_of_the_page_can_be_typed(page: Path) -> None:
    typed = SHOWFLOOR.findall(page.read_text("utf-8"))

    assert [wrong for wrong in map(_wrong_in, typed) if wrong] == []


def test_command_that_cannot_be_typed_is_found() -> None:
    assert _wrong_in("person key add EMAIL --label shop --scope=all") is None
    assert _wrong_in("person key EMAIL") == "person key EMAIL: there is no EMAIL"
    assert _wrong_in("stock set SKU 40 --all") == "stock set SKU 40 --all: there is no --all"
    assert _wrong_in("shop") == "shop: there is no shop"


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
