"""What all mails have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import jinja2

from showfloor.kit import messages
from showfloor.notices.types import Letter, Mail

TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Office:
    """From where mails come: `base_url` of the pages, `secret` of the order pages' addresses,
    `domain` of the sender's address, which stands in each Message-ID.
    """

    base_url: str
    secret: bytes
    domain: str


def write_letter(
    mail: Mail,
    office: Office,
    template: str,
    *,
    to: str,
    lang: str,
    subject: str,
    given: Mapping[str, object],
    about: str = "",
    unsubscribe: str = "",
) -> Letter:
    """The mail in words, as text and as HTML. `given` is what this template needs besides the
    subject, the language, its direction and `t`, which translates. `about` tells the mail from
    others of its kind where the id of what it is about does not.
    """
    filled = {
        "lang": lang,
        "dir": messages.direction(lang),
        "t": partial(messages.translate, lang),
        "subject": subject,
        **given,
    }
    return Letter(
        to=to,
        language=lang,
        subject=subject,
        text=_environment().get_template(f"{template}.txt").render(filled),
        html=_environment().get_template(f"{template}.html").render(filled),
        message_id=f"<{mail.kind}.{about or mail.about.hex}@{office.domain}>",
        date=mail.made_at,
        unsubscribe=unsubscribe,
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
