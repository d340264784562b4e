"""The front end's own walls: no module imports itself through others."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend"
IMPORT = re.compile(r"""(?:^|\s)(?:import|export)\s[^"']*?["'](\.[^"']+)["']""")
SUFFIXES = ("", ".ts", ".svelte", ".svelte.ts")


def modules() -> list[Path]:
    return [
        path
        for path in FRONTEND.rglob("*")
        if path.suffix in {".ts", ".svelte"} and "node_modules" not in path.parts
    ]


def imports(module: Path) -> set[Path]:
    """What `module` imports of ours at its start, types included."""
    wanted = IMPORT.findall(module.read_text(encoding="utf-8"))
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
