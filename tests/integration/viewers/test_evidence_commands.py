"""`showfloor evidence`, and that nothing in it says who anybody is."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI

from showfloor.app.scan import scan
from showfloor.app.settings import Settings
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.privacy import service as privacy
from showfloor.privacy.service import cases
from showfloor.privacy.types.cases import About, Closing, Decision, Source, Suspicion
from showfloor.privacy.types.evidence import Actor
from tests.integration.app.commands import Run, run
from tests.integration.viewers.visitors import SECRET, Visitor

__all__ = ["run"]
EMAIL = "canary-sofia@example.com"
SENTENCE = "Canary Sofia Haddad showed her card."
CANARIES = [EMAIL, SENTENCE, "Sofia Haddad"]


@pytest.fixture
async def decided(app: FastAPI, sofia: Visitor) -> str:
    """A case about a viewer, closed with a sentence that names her; her id."""
    database: Database = app.state.database
    viewer = str((await sofia.sign_in(EMAIL))["id"])
    async with database.session() as session:
        who = ids.parse("vwr", viewer)
        said = Suspicion(About.ACCOUNT, who, Source.CHAT, Actor.VISITOR)
        await privacy.report_suspicion(session, said)
        (case,) = await privacy.list_open_cases(session)
    closing = Closing(Decision.ADULT, "age_proved", SENTENCE, "video_call")
    async with database.session() as session:
        reason = {"case_id": case.id, "reason": "ask_for_proof"}
        assert await privacy.read_contact(session, **reason, secret=SECRET) == EMAIL
        await privacy.decide_case(session, case_id=case.id, closing=closing, secret=SECRET)
    return viewer


def found_in(file: Path, canaries: list[str]) -> set[int]:
    """What `showfloor privacy scan --also` finds in a file, by the place of the text."""
    settings = Settings(mode="test", data=file.parent / "nothing")
    report = scan(settings, canaries, [file])
    return {each.hit.canary for each in report.found if file.name in each.store}


def test_evidence_names_nobody(decided: str, run: Run, tmp_path: Path) -> None:
    """Neither the address nor the sentence, nor the id by which we know her."""
    file = tmp_path / "evidence.zip"
    canaries = [*CANARIES, decided, decided.removeprefix("vwr_")]

    written = run("evidence export", str(file))

    assert written.exit_code == 0, written.output
    with zipfile.ZipFile(file) as zipped:
        assert len(zipped.read("entries.jsonl").splitlines()) == 5
    assert found_in(file, canaries) == set()


async def test_evidence_that_keeps_the_sentence_is_found(
    app: FastAPI, sofia: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the salted hash and the check of facts she stands in the file."""
    database: Database = app.state.database
    monkeypatch.setattr(cases.rules, "digest_of_words", lambda _salt, words: words)
    monkeypatch.setattr(cases.evidence.rules, "check_facts", lambda _facts: None)
    viewer = str((await sofia.sign_in(EMAIL))["id"])
    async with database.session() as session:
        who = ids.parse("vwr", viewer)
        said = Suspicion(About.ACCOUNT, who, Source.CHAT, Actor.VISITOR)
        await privacy.report_suspicion(session, said)
        (case,) = await privacy.list_open_cases(session)
        closing = Closing(Decision.ADULT, "age_proved", SENTENCE, "video_call")
        await privacy.decide_case(session, case_id=case.id, closing=closing, secret=SECRET)
        file = tmp_path / "evidence.zip"
        file.write_bytes(await privacy.export_evidence(session))

    assert found_in(file, CANARIES) == {1, 2}


@pytest.fixture
async def doubted(app: FastAPI, sofia: Visitor) -> None:
    """A case that nobody has decided."""
    database: Database = app.state.database
    who = ids.parse("vwr", (await sofia.sign_in(EMAIL))["id"])
    async with database.session() as session:
        said = Suspicion(About.ACCOUNT, who, Source.CHAT, Actor.VISITOR)
        await privacy.report_suspicion(session, said)


@pytest.mark.parametrize(("hours", "code", "left"), [(47, 0, "24"), (49, 1, "22"), (80, 1, "0")])
def test_case_in_its_last_day_ends_the_command_with_1(
    doubted: None, run: Run, hours: int, code: int, left: str
) -> None:
    later = clock.now() + timedelta(hours=hours)

    with clock.use(lambda: later):
        told = run("privacy suspicions")

    assert told.exit_code == code
    assert f"account  {left} hours left\n1 open\n" in told.output and EMAIL not in told.output


def test_verify_names_the_first_bad_entry_and_ends_with_1(
    decided: str, run: Run, database_url: str
) -> None:
    assert decided
    good = run("evidence verify")
    head = run("evidence head").output.strip()
    assert (good.exit_code, good.output) == (0, f"5 entries, each as it was written.\n{head}\n")

    with psycopg.connect(database_url) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update evidence set actor = 'worker' where number = 3")
    bad = run("evidence verify")

    assert bad.exit_code == 1
    assert "Entry 3: it is not what its hash was made of." in bad.output


def test_a_head_that_was_noted_elsewhere_is_part_of_the_chain(decided: str, run: Run) -> None:
    assert decided
    noted = run("evidence head").output.strip()

    assert run("evidence verify --noted", noted).exit_code == 0
    other = run("evidence verify --noted", "5:" + "f" * 64)
    malformed = run("evidence verify --noted", "yesterday")

    assert (other.exit_code, malformed.exit_code) == (1, 2)
    assert "Entry 5: it is not the one that was noted." in other.output
