"""What a seller lists is found however it is spelled, and what only looks like it is left alone."""

from __future__ import annotations

import sys

import pytest

from showfloor.room.rules.spellings import entry_key, has_any, word_list

LISTED = word_list(
    [
        "rubbish",
        "fake",
        "cheap copy",
        "scam",
        "Bagazon",
        "iPhone 14",
        "نصاب",
        "نصابين",
        "بضاعة مقلدة",
        "غش",
        "حرامية",
        "تقليد",
        "nassab",
        "7arami",
        "ma2lad",
    ]
)
FOUND = [
    "this is rubbish",
    "RUBBISH!!!",
    "what rubbbbbish",
    "r.u.b.b.i.s.h",
    "r u b b i s h honestly",
    "rubb1sh mugs",
    "ruвbish",
    "r\u0336u\u0336b\u0336b\u0336i\u0336s\u0336h\u0336",
    "rubb*sh",
    "f*ke",
    "fak3 bags",
    "\uff46\uff41\uff4b\uff45",
    "A cheap copy, no?",
    "cheap-copy",
    "cheap   c0py",
    "$cam",
    "scaaaam",
    "sc@m",
    "better on bagazon",
    "b-a-g-a-z-o-n",
    "Ваgаzоn",
    "it is on BAGAZ0N",
    "swap for an iphone 14?",
    "IPHONE 14",
    "أيفون أو iphone ١٤",
    "نصاب",
    "يا نصّاب",
    "نـصـاب",
    "ن ص ا ب",
    "نصااااب",
    "والنصاب هذا",
    "هؤلاء نصابين",
    "بضاعه مقلده",
    "بضاعةٌ مقلّدة",
    "غش!",
    "هذا غـش",
    "بالغش",
    "حراميه",
    "حرامية كلكم",
    "تقليد",
    "التقليد واضح",
    "nassab",
    "nassssab",
    "N A S S A B",
    "7arami",
    "٧arami",
    "ya 7aramiii",
    "ma2lad kda",
]
LEFT = [
    "Is the red one washable?",
    "rubbing alcohol for the glaze?",
    "free packaging",
    "Faker, the game, is on my shelf",
    "fakery museum",
    "a cheap mug, and a copy of the book",
    "copy cheap",
    "scampi on Friday",
    "scan the code",
    "my bag, Azon is my name",
    "iphone case?",
    "14 mugs please",
    "iPhone 15",
    "size 5 7 9",
    "order 455 and 50 more",
    "54 12 7",
    "5 x 4 cm",
    "نصائح العناية بالقماش",
    "نصف السعر",
    "المنصة جميلة",
    "انتصار القائمة",
    "بضاعة جديدة",
    "غشاء واقٍ",
    "غسالة",
    "الحرم المكي",
    "حرام نفدت بسرعة",
    "تقاليد العائلة",
    "nasser is here",
    "7aram khallas",
    "kam el se3r?",
    "ma2as 40",
    "mine 12",
    "\U0001f525\U0001f525",
    "",
]


def test_corpus_is_told_apart() -> None:
    found = [text for text in FOUND if has_any(text, LISTED)]
    wrong = [text for text in LEFT if has_any(text, LISTED)]

    precision = len(found) / (len(found) + len(wrong))
    recall = len(found) / len(FOUND)
    sys.stdout.write(f"sellers' words: precision {precision:.3f}, recall {recall:.3f}\n")
    assert wrong == []
    assert [text for text in FOUND if text not in found] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rubbish", "r u b b i s h"),
        ("مقلدة", "مُقلّده"),
        ("fake", "ｆake"),
        ("غش", "غـــش"),
        ("iPhone 14", "iphone ١٤"),
    ],
)
def test_entries_that_find_the_same_are_one(one: str, other: str) -> None:
    assert entry_key(one) == entry_key(other) != ""


@pytest.mark.parametrize("entry", ["", "a", "!!", "\U0001f525", "ـــ", "* *", "1", "a b", "1 2"])
def test_entry_without_a_word_finds_nothing(entry: str) -> None:
    assert entry_key(entry) == ""
    assert not has_any("a b 1 2 ! \U0001f525 ـــ", word_list([entry]))
