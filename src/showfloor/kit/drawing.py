"""Pages of `kit.paper` made into files beside the loop."""

from __future__ import annotations

import asyncio

from showfloor.kit.paper import Paper

_drawing = asyncio.Semaphore(1)
"""Pages that are drawn at a time: each takes a core from everything else."""


async def draw_aside(paper: Paper) -> bytes:
    """As `pdf.draw`, one at a time. Whoever calls has given the database's connection back."""
    async with _drawing:
        return await asyncio.to_thread(_draw, paper)


def _draw(paper: Paper) -> bytes:
    from showfloor.kit import pdf  # noqa: PLC0415 - slow to load, and most processes never draw

    return pdf.draw(paper)
