"""A page of `kit.paper` as PDF, in both scripts: Arabic is shaped by HarfBuzz and laid out from the
right. Loading fpdf2 takes most of a second of a core: only who draws a page imports this.
"""

from __future__ import annotations

import logging
from pathlib import Path
from unicodedata import bidirectional

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from showfloor.kit.paper import Block, Paper, Row

FONTS = Path(__file__).parent / "fonts"
_FAMILY = "Vazirmatn"
_MARGIN, _WIDTH = 20.0, 170.0
"""Millimetres of an A4 sheet (210 by 297)."""
_INK, _MUTED, _LINE = (36, 24, 34), (92, 78, 87), (232, 223, 217)
_TEXT, _SMALL, _HEAD, _TITLE = 10.0, 8.5, 11.5, 20.0
"""Points."""
_LEADING = 1.55
_LEFT_TO_RIGHT_MARK = "\u200e"
# fontTools says at each saving what it leaves out of a font.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)


class _Sheet(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(unit="mm", format="A4")
        self.paper = paper
        self.add_font(_FAMILY, "", FONTS / "Vazirmatn-Regular.ttf")
        self.add_font(_FAMILY, "B", FONTS / "Vazirmatn-SemiBold.ttf")
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=28)
        self.set_title(paper.title)
        self.set_author(paper.author)
        self.set_lang(paper.lang)
        self.set_creation_date(paper.made_at)
        self.is_rtl = paper.direction == "rtl"
        self.start, self.end = (Align.R, Align.L) if self.is_rtl else (Align.L, Align.R)

    def footer(self) -> None:
        self.set_y(-22)
        self._rule()
        self.words(self.paper.foot, _SMALL, _MUTED)

    def words(
        self,
        text: str,
        size: float = _TEXT,
        colour: tuple[int, int, int] = _INK,
        *,
        bold: bool = False,
        width: float = _WIDTH,
    ) -> None:
        """A paragraph from the start of the line on."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        self._turn(text, "ltr")  # a telephone number
        self.set_x(_MARGIN + (_WIDTH - width if self.is_rtl else 0))
        height = size * _LEADING * 0.3528
        self.multi_cell(width, height, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _turn(self, text: str, neutral: str) -> None:
        """By the first letter that has a direction (Unicode annex 9, P2): an address in Latin
        letters reads from the left on an Arabic page too. `neutral` is what has none.
        """
        kinds = map(bidirectional, text.replace(_LEFT_TO_RIGHT_MARK, ""))
        first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "")
        is_rtl = first in ("R", "AL") if first else neutral == "rtl"
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if is_rtl else "ltr")

    def row(self, row: Row) -> None:
        """The text on its side and the amount on the other, on the first line's height."""
        needed = 14 if row.note else 9
        if self.will_page_break(needed):
            self.add_page()
        if row.strong:
            self._rule()
        top = self.get_y()
        self.set_font(_FAMILY, "B" if row.strong else "", _TEXT)
        self.set_text_color(*_INK)
        self._turn(row.amount, self.paper.direction)
        self.set_x(_MARGIN if self.is_rtl else _MARGIN + _WIDTH - 45)
        self.cell(45, _TEXT * _LEADING * 0.3528, row.amount, align=self.end)
        self.set_xy(_MARGIN, top)
        self.words(row.text, bold=row.strong, width=_WIDTH - 50)
        if row.note:
            self.words(row.note, _SMALL, _MUTED, width=_WIDTH - 50)
        self.ln(1.2)

    def block(self, block: Block) -> None:
        if self.will_page_break(20):
            self.add_page()
        self.ln(5)
        self.words(block.heading, _HEAD, bold=True)
        self.ln(1)
        for line in block.lines:
            self.words(line)
        if block.lines and block.rows:
            self.ln(2)
        for row in block.rows:
            self.row(row)

    def _rule(self) -> None:
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y(), _MARGIN + _WIDTH, self.get_y())
        self.ln(1.5)


def draw(paper: Paper) -> bytes:
    """The file; the same paper always makes the same one."""
    sheet = _Sheet(paper)
    sheet.add_page()
    sheet.words(paper.title, _TITLE, bold=True)
    for line in paper.lead:
        sheet.words(line, colour=_MUTED)
    for block in paper.blocks:
        sheet.block(block)
    return bytes(sheet.output())
