"""Words of mails that are put together from what people typed."""

from __future__ import annotations

import pytest

from showfloor.notices.views.letters import in_a_row

FSI, PDI = "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("lang", "parts", "row"),
    [
        ("en", ["محمد علي", "1 High Street", "", "N1"], f"{FSI}محمد علي{PDI}, 1 High Street, N1"),
        ("ar", ["محمد علي", "1 High Street"], f"محمد علي، {FSI}1 High Street{PDI}"),
        ("ar", ["محمد", "+44 20 7946 0000"], f"محمد، {FSI}+44 20 7946 0000{PDI}"),
        ("en", ["Anna", "1 High Street"], "Anna, 1 High Street"),
    ],
)
def test_parts_of_an_address_keep_their_direction(lang: str, parts: list[str], row: str) -> None:
    assert in_a_row(lang, parts) == row
