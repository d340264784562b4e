"""What is started ends with who started it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from showfloor.kit.processes import die_with_parent, fall_with_parent
from tests.waiting import BOUND

SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]
both = pytest.mark.parametrize("end_with", [die_with_parent, fall_with_parent])


@both
def test_child_whose_parent_was_killed_before_it_could_ask_ends(
    end_with: Callable[[int], None],
) -> None:
    gone = os.getppid()  # anybody but its parent

    child = subprocess.Popen(SLEEP, preexec_fn=partial(end_with, gone))
    try:
        assert child.wait(BOUND) == 1
    finally:
        child.kill()
        child.wait(BOUND)


@both
def test_child_of_a_parent_that_lives_goes_on(end_with: Callable[[int], None]) -> None:
    say = [sys.executable, "-c", "print('here')"]

    said = subprocess.run(
        say, preexec_fn=partial(end_with, os.getpid()), capture_output=True, check=True
    )

    assert said.stdout == b"here\n"
