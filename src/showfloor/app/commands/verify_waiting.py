"""Check the published log of a waiting list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.published_logs import conclude, lines_of
from showfloor.offers.service import verify_waiting
from showfloor.offers.types.waiting import WAITING_CHECKS, Opened, WaitingCheck, WaitingProof

WORDS: dict[WaitingCheck, str] = {
    "chain": "nothing in the log was changed",
    "opening": "what people wait for is said first, and stayed the same",
    "people": "nobody has two places, and only who stood in line is named",
    "order": "each piece that was offered was offered to who was first in line",
    "time": "everybody had the time that was announced",
    "end": "at the end nobody waited and nothing was held",
}


def command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The log.")
    ],
    head: Annotated[
        str | None,
        typer.Option(help="The hash of the last record, as it was published elsewhere."),
    ] = None,
) -> None:
    """A line for each check; ends with 1 when one does not hold. Asks no database and no server."""
    proof = verify_waiting(lines_of(file))
    for line in _report(proof):
        typer.echo(line)
    conclude(proof.holds, (head, proof.head))


def _report(proof: WaitingProof) -> Iterator[str]:
    broken = {problem.check: problem for problem in proof.problems}
    for check in WAITING_CHECKS:
        if problem := broken.get(check):
            yield f"Does not hold: {WORDS[check]}. {problem.sentence}"
        elif "chain" in broken or proof.opened is None or (check == "end" and not proof.ended):
            yield f"Not known: {WORDS[check]}."
        else:
            yield f"Holds: {WORDS[check]}."
    if proof.opened is not None and "chain" not in broken:
        yield from _figures(proof, proof.opened)


def _figures(proof: WaitingProof, opened: Opened) -> Iterator[str]:
    # A log of another list holds as well: whoever reads this says whether it is the one they meant.
    yield f"List {opened.list}, for {opened.sku}."
    yield (
        f"{proof.joined} joined, {proof.offered} offers, {proof.bought} bought, "
        f"{proof.passed} passed on, {proof.left} left, {proof.waiting} still wait."
    )
    yield "The list has ended." if proof.ended else "The list goes on."
    yield f"Last record: {proof.head}"
