"""Wire models of `notices`."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from showfloor.kit.schemas import Shown


class MailChoiceOut(Shown):
    """`language` is that of every mail to this person, whichever merchant it is about."""

    wanted: bool
    language: Literal["en", "ar"]


class MailChoiceIn(MailChoiceOut):
    model_config = ConfigDict(extra="forbid")
