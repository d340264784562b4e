"""The front end's own walls: no import in circles, and each page carries the words it says."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from showfloor.web import pages

FRONTEND = Path(__file__).parents[2] / "frontend"
IMPORT = re.compile(r"""(?:^|\s)(?:import|export)\s[^"']*?["'](\.[^"']+)["']""")
WORDS = re.compile(r"""["'`]([a-z_]+)\.[a-z_0-9]+(?:\.[a-z_0-9]+)*(?=["'`]|\.?\$\{)""")
TYPES = re.compile(r"""import type [^"']*["'][^"']+["']""")
SUFFIXES = ("", ".ts", ".svelte", ".svelte.ts")


def modules() -> list[Path]:
    return [
        path
        for path in FRONTEND.rglob("*")
        if path.suffix in {".ts", ".svelte"} and "node_modules" not in path.parts
    ]


def imports(module: Path, *, types: bool = True) -> set[Path]:
    """What `module` imports of ours at its start."""
    text = module.read_text(encoding="utf-8")
    wanted = IMPORT.findall(text if types else TYPES.sub("", text))
    return {
        Path(f"{(module.parent / name).resolve()}{suffix}")
        for name in wanted
        for suffix in SUFFIXES
    }


def test_no_module_imports_itself_through_others() -> None:
    ours = set(modules())
    graph = {module: imports(module) & ours for module in ours}

    assert any(graph.values())
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as found:
        raise AssertionError([str(path.relative_to(FRONTEND)) for path in found.args[1]]) from None
    assert len(order) == len(graph)


def reached_from(entry: Path) -> set[Path]:
    ours, found, waiting = set(modules()), set[Path](), [entry]
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting += (imports(module, types=False) & ours) - found
    return found


@pytest.mark.parametrize(
    ("entry", "carried"), [("studio", pages.STUDIO_WORDS), ("show", pages.SHOW_WORDS)]
)
def test_page_carries_every_word_that_its_components_say(
    entry: str, carried: tuple[str, ...]
) -> None:
    areas = {file.stem for file in (FRONTEND / "../src/showfloor/kit/messages/en").glob("*.json")}

    said = {
        (module.name, area)
        for module in reached_from(FRONTEND / "entries" / f"{entry}.ts")
        for area in WORDS.findall(module.read_text(encoding="utf-8"))
        if area in areas
    }

    assert len(said) > 20
    assert {each for each in said if each[1] not in {*carried, *pages.SHARED_WORDS}} == set()


FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
TYPED = re.compile(
    r"<(?:(?!CheckField)\w*Fields?\b|textarea|select|input(?![^>]*type=.(?:file|checkbox|radio)))"
)
"""Elements of our own that are typed into are called fields."""


def forms_deaf_to_autofill(text: str) -> list[str]:
    return [
        form[:80]
        for form in FORM.findall(text)
        if TYPED.search(form) and "{@attach readAtSubmit}" not in form
    ]


def test_every_form_reads_its_fields_when_it_is_sent() -> None:
    found = {
        module.name: deaf
        for module in modules()
        if (deaf := forms_deaf_to_autofill(module.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_rule_of_forms_finds_one_that_is_deaf() -> None:
    assert forms_deaf_to_autofill('<form onsubmit={add}>\n<Field id="key" />\n</form>')
    assert forms_deaf_to_autofill('<form><input id="a" type="email" /></form>')
    assert forms_deaf_to_autofill("<form><select bind:value={kind}></select></form>")
    assert forms_deaf_to_autofill("<form><TitleFields bind:title /></form>")
    assert not forms_deaf_to_autofill('<form><input type="file" /></form>')
    assert not forms_deaf_to_autofill("<form><CheckField bind:checked={on} /></form>")
    assert not forms_deaf_to_autofill("<form {@attach readAtSubmit}><Field /></form>")


UNEXPLAINED = re.compile(r"svelte-ignore \w+\b(?! \(\w)")


def test_every_warning_that_is_ignored_says_why() -> None:
    found = [
        module.name
        for module in modules()
        if UNEXPLAINED.search(module.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_rule_of_warnings_finds_one_without_a_reason() -> None:
    assert UNEXPLAINED.search("// svelte-ignore state_referenced_locally")
    assert not UNEXPLAINED.search("<!-- svelte-ignore a11y_autofocus (it has the focus) -->")


ITEM_WITH_A_ROLE = re.compile(r"<li\b[^>]*\brole=\"(?!presentation\")")
"""Such an item is no item of its list any more (ARIA in HTML, rules of li; axe: list)."""


def test_no_item_of_a_list_has_a_role_of_its_own() -> None:
    found = [
        module.name
        for module in modules()
        if ITEM_WITH_A_ROLE.search(module.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_rule_of_items_finds_one_that_is_a_live_region() -> None:
    assert ITEM_WITH_A_ROLE.search('<li class="muted" role="status">')
    assert not ITEM_WITH_A_ROLE.search('<li class="muted" role="presentation">')
    assert not ITEM_WITH_A_ROLE.search('<li><p role="status">')
