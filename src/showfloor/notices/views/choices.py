"""Who is written to, on the wire."""

from __future__ import annotations

from showfloor.notices.schemas import MailChoiceOut
from showfloor.notices.types import MailChoice


def choice_view(choice: MailChoice) -> MailChoiceOut:
    return MailChoiceOut.model_validate(choice)
