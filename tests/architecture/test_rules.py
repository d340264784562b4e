"""Rules of the house that are about calls and names. Each is a sentence of ARCHITECTURE.md."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import SOURCE, calls, has_wire_models, modules, offences, trees


def test_nobody_commits_but_kit() -> None:
    assert offences((".commit", ".rollback"), allowed=("kit/db.py",)) == []


def test_the_rule_about_commits_finds_one() -> None:
    assert offences((".commit",), allowed=()) != []


def test_nobody_asks_the_clock_but_kit() -> None:
    wrong = (
        "datetime.now",
        "datetime.utcnow",
        "time.time",
        "time.monotonic",
        "time.time_ns",
        "date.today",
        "loop.time",
        "loop().time",
    )

    assert offences(wrong, allowed=("kit/clock.py", "app/postgres.py")) == []


def test_nobody_takes_a_clock_by_its_name() -> None:
    """`from time import monotonic` would hide from the rule above."""
    clocks = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
    taken = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        if clocks & {name.name for name in node.names}
    ]

    assert taken == []


@pytest.mark.parametrize(
    "code", ["asyncio.get_running_loop().time()", "loop.time()", "self._loop.time()"]
)
def test_the_rule_about_clocks_finds_those_of_loops(code: str) -> None:
    (name,) = (name for name, _ in calls(ast.parse(code)) if name.endswith("time"))

    assert name.endswith(("loop.time", "loop().time"))


def test_admissions_are_made_by_identity_alone() -> None:
    made = offences(("Admission",), allowed=("identity/service/",))

    assert made == []


def test_people_are_made_by_identity_alone() -> None:
    assert offences(("Person",), allowed=("identity/",)) == []


def test_nobody_declares_an_adult_in_somebody_s_place() -> None:
    constants = [
        f"{path}:{node.value.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg == "adult"
        and isinstance(node.value, ast.Constant)
    ]

    assert constants == []


def _models_outside(found: dict[str, ast.Module], allowed: tuple[str, ...]) -> list[str]:
    """Pydantic models, also those made of others, that stand in no file of schemas."""
    classes = [
        (path, node, {base.split("[")[0].split(".")[-1] for base in map(ast.unparse, node.bases)})
        for path, tree in found.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    models = {"BaseModel"}
    while more := {node.name for _, node, bases in classes if bases & models} - models:
        models |= more
    return [
        f"{path}:{node.lineno} {node.name}"
        for path, node, bases in classes
        if bases & models
        if not has_wire_models(path) and not path.startswith(allowed)
    ]


def test_wire_models_stand_in_schemas() -> None:
    # Those of `app` are of files that the command line reads and writes.
    assert _models_outside(trees(), allowed=("app/",)) == []


def test_the_rule_about_wire_models_finds_those_made_of_others() -> None:
    wrong = {
        "room/schemas.py": ast.parse("class Said(BaseModel): ..."),
        "room/http/__init__.py": ast.parse("class _Part(schemas.Said): ...\nclass Page: ..."),
    }

    assert _models_outside(wrong, allowed=()) == ["room/http/__init__.py:1 _Part"]


def test_every_module_has_a_card() -> None:
    for name in modules():
        card = ast.get_docstring(trees()[f"{name}/__init__.py"]) or ""
        assert len(card) > 60, f"{name} has no card"


def test_modules_with_tables_say_what_they_own_and_promise() -> None:
    for path in SOURCE.glob("*/models.py"):
        card = ast.get_docstring(trees()[f"{path.parent.name}/__init__.py"]) or ""
        assert "Owns:" in card and "Invariant" in card, (
            f"the card of {path.parent.name} lacks what it owns or its invariant"
        )


def test_card_of_a_module_names_every_table_of_it() -> None:
    table = re.compile(r'__tablename__ = "(\w+)"')
    missing = [
        f"{path.parent.name}: {name}"
        for path in SOURCE.glob("*/models.py")
        for name in table.findall(path.read_text("utf-8"))
        if f"`{name}`" not in (ast.get_docstring(trees()[f"{path.parent.name}/__init__.py"]) or "")
    ]

    assert missing == []


def test_suppressed_lints_say_why() -> None:
    silent = re.compile(
        r"#\s*(?:noqa(?!: [A-Z0-9, ]+ - \S)|type: ignore(?!\[[a-z-]+\] {2}# \S|\[[a-z-]+(?:, "
        r"[a-z-]+)*\] # \S))"
    )
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if silent.search(line)
    ]

    assert found == []
