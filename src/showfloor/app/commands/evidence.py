"""What was decided about suspicions, in a chain that cannot be changed unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from showfloor.app.admin_terminal import run
from showfloor.privacy import service as privacy
from showfloor.privacy.types.evidence import EvidenceHead

group = typer.Typer(no_args_is_help=True)


def noted_head(text: str) -> EvidenceHead:
    """As `head` and `verify` print it."""
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise typer.BadParameter("it looks like 12:9f86d081…, as `showfloor evidence head` says it")
    return EvidenceHead(int(number), digest)


@group.command("verify")
def verify(
    noted: Annotated[
        EvidenceHead | None,
        typer.Option(
            "--noted",
            parser=noted_head,
            metavar="HEAD",
            help="where the chain ended, noted earlier",
        ),
    ] = None,
) -> None:
    """Read the whole chain. Ends with 1 and names the first entry that is not what was written.

    An entry that was taken away from the end together with the note of where the chain ends is
    found only with a head that was kept elsewhere: note it regularly.
    """
    verdict = run(lambda session: privacy.verify_evidence(session, noted))
    if verdict.first_bad is not None:
        typer.echo(f"Entry {verdict.first_bad}: {verdict.problem}.", err=True)
        typer.echo(f"The {verdict.entries} entries before it hold.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{verdict.entries} entries, each as it was written.")
    typer.echo(_shown(verdict.head))


@group.command("head")
def head() -> None:
    """Print where the chain ends, to be noted where nobody with the database can write."""
    typer.echo(_shown(run(privacy.get_evidence_head)))


@group.command("export")
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="the ZIP to write")],
) -> None:
    """Write everything for a regulator: entries, policies, and how to check them without us."""
    file.write_bytes(run(privacy.export_evidence))
    typer.echo(f"Written: {file}")


def _shown(head: EvidenceHead) -> str:
    return f"{head.number}:{head.digest}"
