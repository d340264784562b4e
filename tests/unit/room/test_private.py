"""Card numbers, telephone numbers and addresses are covered, and nothing else is."""

from __future__ import annotations

import pytest

from showfloor.room.rules import private
from showfloor.room.rules.private import COVER, cover_private

PRIVATE = {
    "my card 4242 4242 4242 4242 please": f"my card {COVER} please",
    "4242-4242-4242-4242": COVER,
    "5555555555554444 12/29": f"{COVER} 12/29",
    "بطاقتي 378282246310005": f"بطاقتي {COVER}",
    "بطاقتي ٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢": f"بطاقتي {COVER}",
    "write to sofia.marin@example.co.uk today": f"write to {COVER} today",
    "sofia (at) example.com": COVER,
    "راسلني على maha@example.com": f"راسلني على {COVER}",
    "call 07700 900123 now": f"call {COVER} now",
    "(020) 7946 0958": COVER,
    "+44 20 7946 0958!": f"{COVER}!",
    "0044-20-7946-0958": COVER,
    "+971 (0)50 123 4567": COVER,
    "WhatsApp:0501234567": f"WhatsApp:{COVER}",
    "واتساب ٠١٠١٢٣٤٥٦٧٨": f"واتساب {COVER}",
    "+٢٠ ١٠ ١٢٣٤ ٥٦٧٨": COVER,
    "WhatsApp+971501234567": f"WhatsApp{COVER}",
    "واتساب+20 10 1234 5678": f"واتساب{COVER}",
    "0151 12345678": COVER,
    "06 12 34 56 78": COVER,
    "06.12.34.56.78": COVER,
    "20-0501234567": f"20-{COVER}",
    "01 23 45 67 89": COVER,
    "06 06 06 06 06": COVER,
    "05 10 15 20 25": COVER,
    "05.12.34 56 78": COVER,
    "05.12.34 56 78 90": COVER,
    "40-06.12.34.56.78": f"40-{COVER}",
    "05.12.34 56.78": COVER,
    "05.12.34 18.305": COVER,
    "05.12.34 8.30": COVER,
    "05.12.2026 20": COVER,
    "05.13.26 18.30": COVER,
    "05.00.26 18.30": COVER,
    "05.12-26 18.30": COVER,
    "٠٥.١٣.٢٦ ١٨.٣٠": COVER,
    "05.03.26 18.30 06 12 34 56 78": f"05.03.26 18.30 {COVER}",
    "+33 05.03.26 18.30": COVER,
    "call 415-555-2671 now": f"call {COVER} now",
    "(415) 555-2671": COVER,
    "WhatsApp 415 555 2671": f"WhatsApp {COVER}",
    "٤١٥ ٥٥٥ ٢٦٧١": COVER,
    "llámame 612 34 56 78": f"llámame {COVER}",
    "612 345 678 o 415-555-2671": f"{COVER} o {COVER}",
    ", ".join(["115-555-2671"] * 7): ", ".join([COVER] * 7),
}
HARMLESS = [
    "Is the sage one true to size?",
    "order SF-20481",
    "12 M",
    "4242 4242 4242 4241",
    "0000 0000 0000 0000",
    "see you @ 7.30",
    "@Sofia yes",
    "2026-11-26 19:00",
    "هل يتوفّر مقاس 42؟",
    "36 38 40 42 44 46",
    "00 12 34",
    "1000000 followers",
    "is it 05.12.2026 20:00?",
    "0.5 kg for 12.50",
    "01-02-2026",
    "2 + 3 = 5, 40 + 2",
    "40+1234567",
    "06 08 10 12 14",
    "02 04 06 08 10 12 14 16",
    "05.03.26 18.30",
    "05.03.2026 18.30",
    "05-03-2026 18.30",
    "15.03.2026 18.30",
    "31/03/2026 08:05",
    "05/12/2026 8:30",
    "from 05.03.26 18.30 to 05.03.26 19.30",
    "٠٥.١٢.٢٠٢٦ ٢٠:٠٠",
    "٠٥.٠٣.٢٦ ١٨.٣٠",
    "02 05 08 11 14",
    "04 08 12 16 20",
    "06 07 08 09 10",
    "4155552671",
    "order 415-555-26",
    "115-555-2671",
    "100 200 300 400",
    "128 134 140 146",
    "999 99 99",
    "from 250 300 3500",
    "699 749 799",
    "415 555 2671 2680",
    "a011 000 0000",
]


@pytest.mark.parametrize(("text", "covered"), PRIVATE.items())
def test_private_is_covered(text: str, covered: str) -> None:
    assert cover_private(text) == covered


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_stays(text: str) -> None:
    assert cover_private(text) == text


def test_without_the_check_digit_any_long_number_is_covered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(private, "passes_luhn", lambda _: True)

    assert cover_private("4242 4242 4242 4241") == COVER


def test_without_the_library_numbers_without_a_zero_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_WITHOUT_ZERO", ())

    assert cover_private("call 415-555-2671 now") == "call 415-555-2671 now"
