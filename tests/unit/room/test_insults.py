"""What is not taken in a chat is found in its spellings, and what people say in a shop is none."""

from __future__ import annotations

import sys

import pytest

from showfloor.room.rules.insults import has_insult

MOST_CALLS = 50
"""A letter."""
INSULTS = [
    "fuck you",
    "FUCK",
    "fuuuuuck this show",
    "f.u.c.k",
    "f u c k you",
    "f*ck off",
    "f**k off",
    "what a b1tch!",
    "BITCH!!!",
    "you a$$hole",
    "\uff53\uff48\uff49\uff54",
    "sh!t quality",
    "\u0455hit",
    "s\u0336h\u0336i\u0336t\u0336",
    "stupid whores",
    "kill yourself",
    "k i l l yourself",
    "son of a bitch",
    "n1gger",
    "niggger",
    "شرموطة",
    "شرمـــوطة",
    "شَرْمُوطَة",
    "يا شرموطه",
    "الشرموطة",
    "ش ر م و ط ة",
    "شرمووووطة",
    "يا ابن القحبه",
    "قحبة",
    "وقحبة كمان",
    "كس أمك",
    "كس امـك",
    "روح إنتحر",
    "يا حمـار",
    "يا حماااار",
    "يلعن أبوك",
    "ابن الكلب",
    "يا كلب!",
    "9a7ba",
    "9A7BA!!",
    "ya sharmoota",
    "sharmo6a",
    "kos omak",
    "KOS OMMAK",
    "ya 7mar",
    "ya 7maaar",
    "sh!!t",
    "what sh!!!t is this",
    "shit!!you all",
    "fuc*",
    "fu** off",
    "*fuck*",
    "f***k",
    "f******k",
    "fucking sh*t",
    "sh#t",
    "you fuckers",
    "shitty mugs",
    "motherfuckers",
    "shhhit",
    "such a slut",
    "you retard",
    "you are retarded!",
    "you bastard",
    "just kys",
    "go and die",
    "يا عرص",
    "يا معرص",
    "وشرموطة",
    "ابن العرص",
    "ya 3ars",
    "ya kelb",
    "ibn el kalb",
]
KIND = [
    "Is the mug safe in a dishwasher?",
    "Shipping to Scunthorpe?",
    "I love the cocktail glasses",
    "shiitake bowls please",
    "Is this a flame retardant fabric?",
    "Dick Turner here, hello!",
    "greetings from Niger",
    "Nigeria loves this",
    "the classic assortment, please",
    "do these fit pierced ears?",
    "earrings for small ears",
    "my cat died yesterday",
    "to die for!",
    "I would kill for that vase",
    "size 5 7 9",
    "mine 12",
    "12 M",
    "A B C D",
    "wow!!! yes!!!",
    "sheets for a king bed",
    "bits and pieces",
    "a basket for the bath",
    "hit the like button",
    "beaches and peaches",
    "Hello Mr Shute",
    "price in $ or in \u00a3?",
    "2 + 2 free?",
    "3+1 offer",
    "!important: is it cotton?",
    "twatch? no, a watch",
    "هل يتوفّر مقاس طويل؟",
    "حجز ١٢ M",
    "ما شاء الله تبارك الله",
    "زبدة الشيا متوفرة؟",
    "اسمي نيك من لندن",
    "خولة تسلّم عليكم",
    "كسر الطبق وأنا أغسله",
    "كسوة العيد جاهزة؟",
    "عندي كلب صغير، هل السرير مناسب للحيوانات؟",
    "طعام للكلاب والحيوان",
    "لون حمار الوحش جميل",
    "يا حبيبتي ما أجمل اللون",
    "أمك عندها حق",
    "الله يلعن الشيطان، نسيت الموعد",
    "هل العرض ينتهي اليوم؟",
    "كم السعر يا جماعة؟",
    "قماش قحطاني أصيل",
    "معرض الكتب",
    "عرض خاص",
    "عرسي الشهر القادم",
    "انتظر انتهاء العرض",
    "kam el se3r?",
    "3ayza el loon el a7mar",
    "7abibti gamila awi",
    "9 pieces please",
    "mabrook 3alek",
    "a7la mug",
    "kalbi yeheb el beit da",
    "omak 3andaha 7a2",
    "koskos pot, do you have one?",
]

# In other languages, and in trades of their own.
KIND += [
    # English
    "is the assassin's cloak in stock?",
    "a first class glass, please",
    "does the shitake powder ship?",
    "shih tzu bed, do you have it?",
    "shitzu size collar",
    "Penistone, Scunthorpe and Lightwater too?",
    "the Cockburn port glasses",
    "analysis of the fabric?",
    "a tit for tat offer",
    "a great tit box for the garden",
    "blue tits love that feeder",
    "pussy willow wreath",
    "a cock and hen pair of cups",
    "Dickies jacket in M",
    "Moby Dick, first edition",
    "spotted dick bowl",
    "do you send nudes and pinks of this lipstick?",
    "send nudes palette please",
    "your nudes are gorgeous",
    "pork faggots and peas",
    "fire retardant and flame retarded cotton",
    "a bastard file for metal",
    "Battle of the Bastards poster",
    "100% cotton*, right?",
    "a set* of 3",
    "frames 5*17 and 8*10",
    "5*17cm or 5**17",
    "C# mug for a coder",
    "size 5#17?",
    "pen|pot|pan",
    "you are killing yourself with these prices, Lina!",
    "the new FCUK bag",
    "Nikki and Fiona say hi",
    "Kuntz pottery",
    "a hoe and a rake",
    "bloody mary glasses",
    "sex on the beach cocktail glasses",
    "the knob of the drawer is gay and bright",
    "dyke boots, the queer bookshop's",
    # Names
    "Wang Shitao here",
    "Fuchs family from Cologne",
    "Mr Whorton",
    "Bich Ngoc from Hanoi",
    "Nguyen Phuc Thinh",
    "Yoshito and Hoshito",
    "Negra Modelo glasses",
    # French
    "livraison en retard",
    "il y a un retard?",
    "ma commande a du retard",
    "un pain bâtard, s'il vous plaît",
    "le phoque en peluche, combien?",
    "la douche et le con de la lampe",
    # German
    "let's go, die blaue Tasse bitte",
    "der Fagott-Becher",
    "ein dicker Pulli",
    "das ist die Schlussrunde",
    "Hurra, ich habe eine!",
    "mit Schuss, Fußball, Masse und Busse",
    # Swedish, Norwegian, Danish, Dutch
    "Är den slut?",
    "Är den slut nu? Sluta inte!",
    "er det slutt?",
    "puss och kyss",
    "kys fra Danmark",
    "mange kys og knus",
    "kunt u dit sturen?",
    "een kont kussen",
    "fika, fack och farten",
    # Turkish, Spanish, Italian, Polish
    "manyak güzel",
    "ya manyak bir indirim",
    "kalp kolye var mı?",
    "ya kalb ne güzel",
    "şık, sik sık alırım",
    "la taza negra, por favor",
    "las negras también",
    "facchino e fico",
    "kos i sroka",
    # Arabizi
    "3ars",
    "3arsy el shahr el gay",
    "3arsi el isbou3 el gay",
    "3arsna fel seif",
    "mabrook el 3ars!",
    "ya kalby ya host",
    "ya kalbi enti",
    "ya 2alby",
    "ya kalb mama",
    "akl kalb w 2otat?",
    "3ayza 7aga a7mar",
    "ya a7mar ya azra2",
    "7mara w beda",
    "kos 7elw",
    "koses w kobayat",
    "ma3rad el kotob",
    "3ard khas",
    "khawla btsalem",
    "qahwa ba7ebaha",
    "9ahwa 3arabia",
    # Arabic
    "كسمك مقلي",
    "شكله كسمكة",
    "بكس أمك كبير",
    "تكسي أمك وصل",
    "كسوة الكعبة",
    "مكسرات وكستناء",
    "كس",
    "عرص خاص اليوم",
    "معرص الكتب",
    "عرصة البيت",
    "انتحر البطل في آخر الرواية",
    "رواية امرأة لم تنتحر",
    "أكل كلب وقطط",
    "طعام كلبي المفضل",
    "يا كلبي الصغير",
    "كلب البحر",
    "سجادة حمار وحشي",
    "نقشة حمار الوحش",
    "طقم حيوانات",
    "عالم الحيوان",
    "يا قلبي ما أجملها",
    "يا خولة",
    "يا خالتي",
    "يا حماتي",
    "يا حمامة السلام",
    "هذا متناسق",
    "طيز",
    "فستان طاهرة",
    "قحطان وقحافة",
    "نيكون كاميرا",
    "نيك نيم",
    "تكنيك أمك في الطبخ",
    "تيك توك",
    "أبوك وأمك بخير؟",
    "يلعن الفقر",
    "كلية البنات",
    "منيو كامل",
]


def test_corpus_is_told_apart() -> None:
    found = [text for text in INSULTS if has_insult(text)]
    wrong = [text for text in KIND if has_insult(text)]

    precision = len(found) / (len(found) + len(wrong))
    recall = len(found) / len(INSULTS)
    sys.stdout.write(f"insults: precision {precision:.3f}, recall {recall:.3f}\n")
    assert wrong == []
    assert [text for text in INSULTS if text not in found] == []


@pytest.mark.parametrize(
    "text", ["", " ", "\U0001f525\U0001f525", "!!!", "***", "\u0640\u0640", "f", "* *"]
)
def test_what_has_no_word_has_no_insult(text: str) -> None:
    assert not has_insult(text)


@pytest.mark.parametrize(
    "part", ["a b ", "ya ", "f* ", "fu* ", "يا ", "و ", "you ", "s!h!i! ", "kos ", "aabb ", "7a "]
)
def test_work_grows_with_the_text_alone(part: str) -> None:
    """Not with the length of the list: calls of a function, a letter, for the longest message."""
    text = (part * 500)[:500]
    has_insult(text)  # The list is read once.
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        assert not has_insult(text)
    finally:
        sys.setprofile(None)

    sys.stdout.write(f"{part!r}: {calls / len(text):.1f} calls a letter\n")
    assert calls < MOST_CALLS * len(text)
