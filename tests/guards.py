"""A test of a guard and its twin: with the guard taken out, what it prevents happens."""

from __future__ import annotations

import pytest

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
