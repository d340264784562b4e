"""Print the API's OpenAPI document."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from showfloor.app import contract


def command(
    models: Annotated[
        bool, typer.Option("--models", help="only the models, for the front end's types")
    ] = False,
) -> None:
    found = contract.models() if models else contract.document()
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
