"""The web application for what routes of `shows` add to its services."""

from __future__ import annotations

import pytest

from showfloor.shows.service import ingest_reports
from tests.integration.app.conftest import app, client
from tests.waiting import BOUND

__all__ = ["app", "client"]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that takes longer than a second is left out and comes again a second later; on a
    machine that is busy with something else a test waits for the first instead.
    """
    monkeypatch.setattr(ingest_reports, "PATIENCE", BOUND)
