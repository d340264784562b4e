"""Arabic has six forms for what is counted: no text puts one noun behind any number."""

from __future__ import annotations

import re

from babel import Locale

from showfloor.catalog.rules import MOST_PICTURES
from showfloor.identity.rules import SHORTEST_PASSWORD
from showfloor.identity.rules.invitations import MOST_INVITATIONS, MOST_INVITED_A_DAY
from showfloor.kit import messages
from showfloor.media.rules import MOST_DESTINATIONS
from showfloor.merchants.rules import MOST_CODES, MOST_ORIGINS
from showfloor.replays.rules import LONGEST_CLIP, MOST_CLIPS
from showfloor.shows.rules import MOST_REMOTES
from showfloor.webhooks.rules import MOST_ENDPOINTS

# A number that is one of our constants has one form, which the text is written in.
CONSTANT = {
    "error.too_many_origins": (MOST_ORIGINS, "many"),
    "error.too_many_codes": (MOST_CODES, "many"),
    "error.password_too_short": (SHORTEST_PASSWORD, "many"),
    "error.too_many_remotes": (MOST_REMOTES, "few"),
    "error.clip_span_invalid": (int(LONGEST_CLIP.total_seconds()), "many"),
    "error.too_many_clips": (MOST_CLIPS, "other"),
    "error.too_many_destinations": (MOST_DESTINATIONS, "few"),
    "error.too_many_pictures": (MOST_PICTURES, "many"),
    "error.too_many_webhooks": (MOST_ENDPOINTS, "few"),
    "error.too_many_invitations": (MOST_INVITATIONS, "many"),
    "error.invited_too_often": (MOST_INVITED_A_DAY, "other"),
}
NUMBERS = ("count", "seconds", "minutes", "hours", "days", "most", "shortest", "longest")
# An abbreviated unit has one form for every number.
COUNTED = re.compile(rf"\{{({'|'.join(NUMBERS)})\}} (?!ث\b|كيلوبت)[\u0621-\u064a]")


def uncounted() -> set[str]:
    """Texts of one form with a noun behind a number."""
    catalog = messages.load().catalogs["ar"]
    return {key for key, text in catalog.items() if isinstance(text, str) and COUNTED.search(text)}


def test_every_counted_noun_is_written_in_the_forms_of_its_number() -> None:
    assert uncounted() == set(CONSTANT)


def test_noun_behind_a_constant_has_the_form_of_that_number() -> None:
    form = Locale("ar").plural_form
    assert {key: form(number) for key, (number, _) in CONSTANT.items()} == {
        key: category for key, (_, category) in CONSTANT.items()
    }


def test_rule_finds_a_noun_that_does_not_change() -> None:
    assert COUNTED.search("انتظر {seconds} ثانية")
    assert not COUNTED.search("كل {seconds} ث، فينتظر")
