"""What each test costs: seconds of a core, of this process and all that it started.

A plugin for pytest, by `scripts/test --cpu` (docs/contribute/testing.md). Seconds of a core say the
same on a busy machine as on an idle one, or nearly; seconds of a clock do not. PostgreSQL, browsers
and servers count to the test during which they worked.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST = 60
"""Lines of each table."""
_TICK = os.sysconf("SC_CLK_TCK")


class Meter:
    """Seconds of a core used by this process, by what it started and by what those started, also by
    those that ended; without those that looking took.
    """

    def __init__(self) -> None:
        self._looking = 0.0

    def read(self) -> float:
        before = time.process_time()
        others = self._others()
        now = time.process_time()
        ended = os.times()
        own = before + ended.children_user + ended.children_system - self._looking
        self._looking += now - before
        return own + others

    def _others(self) -> float:
        """Of those that still run."""
        used: dict[int, float] = {}
        children: defaultdict[int, list[int]] = defaultdict(list)
        for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of Path objects would cost more than what is measured
            if not name.isdigit():
                continue
            try:
                fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            # Its own time in the two modes, and that of its children which ended (proc(5)).
            used[int(name)] = sum(int(one) for one in fields[11:15]) / _TICK
            children[int(fields[1])].append(int(name))
        total, left = 0.0, list(children[os.getpid()])
        while left:
            process = left.pop()
            total += used[process]
            left += children[process]
        return total


class Costs:
    """Adds up the phases of tests and the set-ups of fixtures."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._phases: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._fixtures: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()
        self._before_tests = 0.0
        self._last = 0.0

    def pytest_collection_finish(self) -> None:
        self._before_tests = self._last = self._meter.read()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._phase(item.nodeid, "setup"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._phase(item.nodeid, "call"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        return (yield from self._phase(item.nodeid, "teardown"))

    def _phase(self, name: str, phase: str) -> Iterator[None]:
        """From the end of the one before, so that nothing falls between two of them."""
        try:
            return (yield)
        finally:
            now = self._meter.read()
            self._phases[name][phase] += now - self._last
            self._last = now

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[object]:
        if not fixturedef.baseid and fixturedef.func.__name__ == "get_direct_param_fixture_func":
            return (yield)  # a parameter
        before = self._meter.read()
        try:
            return (yield)
        finally:
            name = f"{fixturedef.argname} of {fixturedef.baseid or 'a plugin'}"
            self._fixtures[name] += self._meter.read() - before
            self._uses[name] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        write = terminalreporter.write_line
        tests = Counter({name: sum(phases.values()) for name, phases in self._phases.items()})
        files: Counter[str] = Counter()
        for name, seconds in tests.items():
            files[name.partition("::")[0]] += seconds
        terminalreporter.section("seconds of a core")
        write(f"{self._before_tests:8.2f} until the first test")
        write(f"{sum(tests.values()):8.2f} in {len(tests)} tests")
        write("\nfiles")
        for name, seconds in files.most_common(MOST):
            write(f"{seconds:8.2f} {name}")
        write("\nfixtures: together, times set up")
        for name, seconds in self._fixtures.most_common(MOST):
            write(f"{seconds:8.2f} {self._uses[name]:5d} {name}")
        write("\ntests: together, set-up, call, teardown")
        for name, seconds in tests.most_common(MOST):
            phases = self._phases[name]
            parts = " ".join(f"{phases[one]:7.2f}" for one in ("setup", "call", "teardown"))
            write(f"{seconds:8.2f} {parts} {name}")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.getoption("numprocesses", None):
        raise pytest.UsageError("costs are measured in one process: leave -n away")
    config.pluginmanager.register(Costs(), "costs")
