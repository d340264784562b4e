"""Products of a show, and what people write about them."""

from __future__ import annotations

from showfloor.catalog.types import OptionAxis, OptionValue, Product, Variant
from showfloor.kit import ids


def _axis(code: str, values: dict[str, tuple[str, str]]) -> OptionAxis:
    named = [OptionValue(value, {"en": en, "ar": ar}) for value, (en, ar) in values.items()]
    return OptionAxis(code, {"en": code, "ar": code}, tuple(named))


def product(name: tuple[str, str], *axes: OptionAxis) -> Product:
    """With a variant for each combination, whose SKU is its values' codes."""
    combinations: list[dict[str, str]] = [{}]
    for axis in axes:
        combinations = [
            {**chosen, axis.code: value.code} for chosen in combinations for value in axis.values
        ]
    words = {"en": name[0], "ar": name[1]}
    return Product(
        id=ids.new(),
        merchant_id=ids.new(),
        slug="one",
        name=words,
        summary=words,
        description=words,
        options=axes,
        pictures=(),
        variants=tuple(
            Variant(ids.new(), "-".join(each.values()) or "only", each, ()) for each in combinations
        ),
    )


SIZES = _axis("size", {"s": ("S", "S"), "m": ("M", "M"), "l": ("L", "L")})
COLOURS = _axis("colour", {"red": ("Red", "أحمر"), "blue": ("Blue", "أزرق")})
SHIRT = product(("Linen shirt", "قميص كتّان"), SIZES, COLOURS)
BOOTS = product(("Boots", "حذاء"), _axis("size", {"42": ("42", "٤٢"), "43": ("43", "٤٣")}))
MUG = product(
    ("Morning mug", "كوب الصباح"),
    _axis("glaze", {"salt": ("Sea salt", "ملح البحر"), "earth": ("Terracotta", "طيني")}),
    _axis("volume", {"250": ("250 ml", "250 مل"), "350": ("350 ml", "350 مل")}),
)
SHOES = product(
    ("Shoes", "أحذية"),
    _axis("size", {size: (size, size) for size in ("7", "10", "40")}),
)
SCARF = product(("Scarf", "وشاح"), COLOURS)
LAMP = product(("Lamp", "مصباح"))
TEE = product(("Tee", "قميص"), _axis("size", {"sm": ("Small", "صغير"), "me": ("Medium", "متوسط")}))

HOODIE = product(
    ("Hoodie", "هودي"),
    _axis("size", {"xl": ("XL", "XL"), "2": ("2XL", "2XL"), "3": ("XXXL", "XXXL")}),
)
TOTE = product(
    ("Harbour tote", "حقيبة المرفأ"),
    _axis("size", {"m": ("Medium", "وسط"), "l": ("Large", "كبير")}),
    _axis("strap", {"no": ("Without", "من دون"), "yes": ("With", "مع")}),
)
HALO = product(
    ("Halo lamp", "مصباح الهالة"),
    _axis(
        "plug",
        {
            "c": ("Europe and Egypt (type C)", "أوروبا ومصر"),
            "g": ("UK (type G)", "المملكة المتحدة"),
        },
    ),
)

CLEAR = (
    ("12 M red", SHIRT, "m-red", 1),
    ("12 red M x2", SHIRT, "m-red", 2),
    ("mine 12 blue s", SHIRT, "s-blue", 1),
    ("MINE 12 L RED!!", SHIRT, "l-red", 1),
    ("sold 12 M blue +2", SHIRT, "m-blue", 2),
    ("حجز ١٢ M احمر", SHIRT, "m-red", 1),
    ("لي ١٢ أزرق L", SHIRT, "l-blue", 1),
    ("اريد ١٢ احمر M", SHIRT, "m-red", 1),
    ("أريــد ۱۲ الأحمر مقاس M", SHIRT, "m-red", 1),
    ("12 M", TEE, "me", 1),
    ("12m", TEE, "me", 1),
    ("١٢ M", TEE, "me", 1),
    ("12 medium please", TEE, "me", 1),
    ("حجز ١٢ وسط", TEE, "me", 1),
    ("احجز لي رقم ١٢ صغير من فضلك", TEE, "sm", 1),
    ("mine #12 small 🙏", TEE, "sm", 1),
    ("Hi, mine 12 S", TEE, "sm", 1),
    ("12 size M thanks", TEE, "me", 1),
    ("I'll take 12 medium", TEE, "me", 1),
    ("I’ll take 12 medium", TEE, "me", 1),
    ("mine 12", LAMP, "only", 1),
    ("12 mine!", LAMP, "only", 1),
    ("١٢ هذا لي", LAMP, "only", 1),
    ("هذا لي ١٢", LAMP, "only", 1),
    ("هذه لي ١٢ عدد ٢", LAMP, "only", 2),
    ("احجز لي ١٢ احمر", SCARF, "red", 1),
    ("حجز لي ١٢", LAMP, "only", 1),
    ("sold 12", LAMP, "only", 1),
    ("mine 12 x3", LAMP, "only", 3),
    ("mine 12 3 pcs", LAMP, "only", 3),
    ("حجز ١٢ عدد ٢", LAMP, "only", 2),
    ("حجز ١٢ حبتين", LAMP, "only", 2),
    ("claim 12 the lamp please", LAMP, "only", 1),
    ("dibs on 12", LAMP, "only", 1),
    ("حجز ١٢ المصباح لو سمحتي", LAMP, "only", 1),
    ("12 size 42", BOOTS, "42", 1),
    ("١٢ مقاس ٤٢", BOOTS, "42", 1),
    ("I want 12 red", SCARF, "red", 1),
    ("هات ١٢ احمر", SCARF, "red", 1),
    ("12 red please", SCARF, "red", 1),
    ("12 size 42 x2", BOOTS, "42", 2),
    ("mine 12 ٤٢", BOOTS, "42", 1),
    ("mine 12 sea salt 350ml", MUG, "salt-350", 1),
    ("12 terracotta 250 ml", MUG, "earth-250", 1),
    ("mine 12 salt 250 ml", MUG, "salt-250", 1),
    ("حجز ١٢ طيني ٣٥٠ مل", MUG, "earth-350", 1),
    ("12 large without", TOTE, "l-no", 1),
    ("mine 12 M with", TOTE, "m-yes", 1),
    ("حجز ١٢ وسط من دون", TOTE, "m-no", 1),
    ("12 XL", HOODIE, "xl", 1),
    ("12XL", HOODIE, "xl", 1),
    ("12 2XL", HOODIE, "2", 1),
    ("12 XXL", HOODIE, "2", 1),
    ("12 3XL", HOODIE, "3", 1),
    ("mine 12 size 3-XL please", HOODIE, "3", 1),
    ("حجز ١٢ مقاس ٢XL", HOODIE, "2", 1),
    ("12 2xlarge x2", HOODIE, "2", 2),
    ("mine 12 UK", HALO, "g", 1),
    ("حجز ١٢ أوروبا", HALO, "c", 1),
)
"""Exactly one is meant."""

ASKED = (
    ("mine 12", SHIRT, 6),
    ("12 M", SHIRT, 2),
    ("حجز ١٢ احمر", SHIRT, 3),
    ("12 red x2", SHIRT, 3),
    ("mine 12 M L red", SHIRT, 2),
    ("mine 12 green M", SHIRT, 2),
    ("mine 12 XXL", TEE, 2),
    ("mine 12 purple", LAMP, 1),
    ("I want 12", LAMP, 1),
    ("12 for me please", LAMP, 1),
    ("اريد ١٢", LAMP, 1),
    ("12 x2", LAMP, 1),
    ("12+2", LAMP, 1),
    ("order 12", LAMP, 1),
    ("I need 12", LAMP, 1),
    ("sold 12", BOOTS, 2),
    ("12 medium", TOTE, 2),
    ("mine 12 without", TOTE, 2),
    ("I'll take 2 medium", TEE, 1),
    ("I want 2 red", SCARF, 1),
    ("هات ٢ احمر", SCARF, 1),
    ("2 red please", SCARF, 1),
    ("10 red", SCARF, 1),
    ("2 red x2", SCARF, 1),
    ("2 for me", LAMP, 1),
    ("لي ١٢", LAMP, 1),
    ("١٢ لي", LAMP, 1),
    ("٢ لي", LAMP, 1),
    ("لي ٢ احمر", SCARF, 1),
    ("3x large please", HOODIE, 1),
    ("12 42", BOOTS, 1),
    ("12 42 please", BOOTS, 1),
    ("12 42 x2", BOOTS, 1),
    ("I want 12 42", BOOTS, 1),
    ("6 7", SHOES, 1),
    ("10 10", SHOES, 1),
    ("5 40", SHOES, 1),
    ("٥ ٤٠", SHOES, 1),
)
"""A wish of which its writer is asked: so many may be meant."""

TALK = (
    "12", "١٢", "12!", "#12", "item 12", "number 12!", "رقم ١٢", "no 12", "12 ❤️", "1️⃣2️⃣",
    "12 people here!", "I am 12", "im 12", "I'm 12 years old", "my son is 12", "12 yo", "عمري ١٢",
    "انا ١٢", "عندي ١٢ سنة", "ابني عمره ١٢", "لي ١٢ سنة في الخليج", "عندي ١٢", "إلى ١٢",
    "from 12 to 14", "12-14", "12:30", "at 12", "see you at 12", "12.5", "12,000", "12/5", "12%",
    "$12", "12$", "£12", "12 aed", "12 pounds", "12 ريال", "+971501234567", "12 m?", "12 M?",
    "is 12 sold?", "mine 12?", "do you have 12 in M?", "هل ١٢ متوفر M؟", "كم سعر ١٢؟",
    "12 sold!", "12 is sold", "sold out", "12 gone", "we sold 12 already", "sold 12 years ago",
    "mine", "mine is 12 years old", "mine is red", "حجز", "لي", "+1", "+2", "x2", "M", "red",
    "hold on", "hold on 12", "hold on a second", "take 5", "give me 5", "top 10", "10 likes",
    "12 M people", "12 m followers", "5 s please wait here", "I love 12", "12 is so pretty",
    "12 looks good in M", "show 12", "show me 12 M", "pin 12", "what about 12", "12 or 13",
    "12 and 13", "mine 12 13", "mine 12 and 13", "12 red roses", "12 in red", "12 in the red",
    "red 12", "12 one", "item 12 please", "12 please", "12 thanks", "I want it", "اريد", "اريده",
    "اريد شراء", "my order is 12 days late", "order number 12345", "12345 M", "0 M", "mine 0",
    "mine 12345", "mine 12 x0", "mine 12 x100", "mine 12 x2 x3", "@lina mine 12", "12 M / L",
    "http://a.example/12", "mine at 12 o'clock", "1-2 M", "count me in", "123", "covid 19",
    "الساعة ١٢", "بعد ١٢ دقيقة", "خصم ١٢", "١٢ شخص هنا", "مبروك ١٢", "١٢ حلو", "تم ١٢", "١٢ حبة",
    "12 no", "12 yes", "12 with", "12 without", "12 and", "12 type", "12 UK", "12 c", "12 مع",
    "12 من",
    "2XL", "3XL", "٣XL", "2xl!", "3-XL", "3xl please", "٣xl من فضلك", "I need 3XL", "I want 2XL",
    "mine 2XL", "mine ٢XL", "2XL mine", "حجز ٢XL", "2xlarge please", "2XL red", "hi 3XL thanks",
    "size 3XL", "size 12 red", "size 12 XL please", "mine size 12", "I need size 12 M",
    "مقاس ١٢ أحمر", "colour 12 M", "2XL x2", "2XL 3XL",
    "mine 12 but in M if you still have it, thank you so much for this lovely show",
)  # fmt: skip
"""Nobody wants anything, or says it in a question."""
