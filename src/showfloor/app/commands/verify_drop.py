"""Check the published log of a drop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.published_logs import conclude, lines_of
from showfloor.offers.service import verify_drop
from showfloor.offers.types import CHECKS, Check, Proof

WORDS: dict[Check, str] = {
    "chain": "nothing in the log was changed",
    "terms": "the terms are of a kind that may be announced, and stayed the same",
    "units": "never more was held and sold than was released",
    "limits": "nobody got more than the limit",
    "order": "requests were answered in the order that was announced",
    "payments": "everybody paid the price of the drop",
    "end": "what was sold and what returned is what was released",
}


def command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The log.")
    ],
    head: Annotated[
        str | None,
        typer.Option(help="The hash of the last record, as it was published elsewhere."),
    ] = None,
    terms: Annotated[
        str | None,
        typer.Option(help="The hash of the terms, as the countdown published it."),
    ] = None,
) -> None:
    """A line for each check; ends with 1 when one does not hold. Asks no database and no server."""
    proof = verify_drop(lines_of(file))
    for line in _report(proof):
        typer.echo(line)
    conclude(proof.holds, (head, proof.head), (terms, proof.sealed))


def _report(proof: Proof) -> Iterator[str]:
    broken = {problem.check: problem for problem in proof.problems}
    for check in CHECKS:
        if problem := broken.get(check):
            yield f"Does not hold: {WORDS[check]}. {problem.sentence}"
        elif "chain" in broken or proof.terms is None:
            yield f"Not known: {WORDS[check]}."
        else:
            yield f"Holds: {WORDS[check]}."
    if proof.terms is not None and "chain" not in broken:
        yield from _figures(proof)


def _figures(proof: Proof) -> Iterator[str]:
    assert proof.terms is not None, "figures are of a log that has terms"
    yield (
        f"Released {proof.terms.units}, sold {proof.sold}; "
        f"{proof.arrivals} requests, {proof.refused} refused."
    )
    yield f"Sealed before opening: {proof.sealed}"
    yield f"Last record: {proof.head}"
