"""Tests wait for events. `docs/contribute/testing.md` says how; this refuses the other ways."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.sources import ROOT

HOME = "tests/waiting.py"
"""The one file that may sleep between two looks and that knows the bound."""
SLEEPS = ("asyncio.sleep", "time.sleep", "wait_for_timeout")
CLOCKS = ("time.monotonic", "time.time", "time.perf_counter")
DEADLINES = ("asyncio.timeout", "asyncio.wait_for")
GLANCES = (".is_visible", ".is_hidden", ".is_enabled", ".is_disabled", ".is_checked", ".count")
"""What a browser's page is asked for without waiting: it may be about to change."""
ENDS = (".wait", ".join", ".communicate", ".result", ".acquire")
"""Waiting for the end of a process, thread, future or lock: the first argument is a bound."""
HIDDEN = {"time": ("sleep", "monotonic", "time", "perf_counter"), "asyncio": ("sleep", "timeout")}
"""Names that this rule knows by their module, and would miss under another name."""
REASON = "# waits: "


def _is_number(value: ast.expr) -> bool:
    """A figure that is written there; 0 asks and does not wait."""
    return isinstance(value, ast.Constant) and type(value.value) in (int, float) and value.value > 0


def _offence(call: ast.Call) -> str | None:
    """What is wrong with a call in a test, if anything is."""
    name = ast.unparse(call.func)
    values = [*call.args, *(word.value for word in call.keywords)]
    if name.endswith(SLEEPS):
        # Sleeping for nothing lets other tasks run; it waits for no time.
        yields = len(values) == 1 and isinstance(values[0], ast.Constant) and values[0].value == 0
        return None if yields else f"{name} looks at the clock instead of the product"
    if name in CLOCKS:
        return f"{name} makes a bound of its own: use until_blocking"
    if name in DEADLINES and any(isinstance(value, ast.Constant) for value in values):
        return f"{name} has a bound of its own: use bounded()"
    if any(word.arg == "timeout" and _is_number(word.value) for word in call.keywords):
        return f"{name} has a bound of its own: use BOUND"
    if name.endswith(GLANCES) and name != "itertools.count" and not values:
        return f"{name} sees the page at one moment: use expect()"
    if name.endswith(ENDS) and len(call.args) == 1 and _is_number(call.args[0]):
        return f"{name} has a bound of its own: use BOUND"
    return None


def _hides(node: ast.AST) -> str | None:
    """What is wrong with an import, if anything is."""
    if isinstance(node, ast.ImportFrom):
        hidden = [one.name for one in node.names if one.name in HIDDEN.get(node.module or "", ())]
        return f"{node.module}.{hidden[0]} is hidden under another name" if hidden else None
    return None


def offences(path: str, source: str) -> list[str]:
    """Every call that waits for time and does not say why, on its line or the one above."""
    lines = source.splitlines()
    tree = list(ast.walk(ast.parse(source)))
    found = [
        (call.lineno, wrong)
        for call in tree
        if isinstance(call, ast.Call) and (wrong := _offence(call)) is not None
    ]
    found += [
        (node.lineno, wrong)
        for node in tree
        if isinstance(node, ast.ImportFrom) and (wrong := _hides(node)) is not None
    ]
    return [
        f"{path}:{line} {wrong}"
        for line, wrong in sorted(found)
        if not any(REASON in text for text in lines[max(0, line - 2) : line])
    ]


def _tests() -> list[Path]:
    files = sorted((ROOT / "tests").rglob("*.py"))
    return [path for path in files if str(path.relative_to(ROOT)) != HOME]


def test_no_test_waits_for_time() -> None:
    wrong = [
        offence
        for path in _tests()
        for offence in offences(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]

    assert wrong == []


def test_the_rule_finds_each_way_and_lets_a_reason_pass() -> None:
    source = """
await asyncio.sleep(0)
await asyncio.sleep(0.1)
time.sleep(pause)
page.wait_for_timeout(300)
end = time.monotonic() + 5
async with asyncio.timeout(2): ...
await asyncio.wait_for(task, timeout=2)
async with asyncio.timeout(BOUND): ...
# waits: a camera sends at the pace of its clock
await asyncio.sleep(due)
await asyncio.sleep(due)  # waits: the same
process.wait(BOUND)
from time import sleep
httpx2.get(address, timeout=10)
process.wait(10)
process.wait(timeout=0.5)
", ".join(names)
from time import struct_time
task.result(timeout=0)
if shelf.is_visible(): ...
names.count("Sofia")
expect(shelf).to_have_count(rows.count())
"""

    assert [offence.split()[0] for offence in offences("t.py", source)] == [
        f"t.py:{line}" for line in (3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 21, 23)
    ]


def _days_to_come(source: str) -> list[str]:
    """Moments that a test sends as the time at which something starts, and that will be over."""
    found = re.findall(r"""["']?starts_at["']?\s*[:=]\s*["'](2[0-9]{3}-[^"']*Z)["']""", source)
    return [moment for moment in found if moment < "2090"]


def test_no_journey_ends_on_a_day_of_the_calendar() -> None:
    """A journey's product asks the machine's clock, so a show that is to come is made from it."""
    found = {
        str(path.relative_to(ROOT)): days
        for path in sorted((ROOT / "tests" / "journeys").glob("*.py"))
        if (days := _days_to_come(path.read_text("utf-8")))
    }

    assert found == {}
    assert _days_to_come('{**title, "starts_at": "2027-01-01T10:00:00Z"}') != []
