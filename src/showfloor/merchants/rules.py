"""Pure decisions of `merchants`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from showfloor.kit.messages import LANGUAGES
from showfloor.kit.text import clean_code, clean_digits, is_visible
from showfloor.merchants.errors import OriginInvalid
from showfloor.merchants.types import ReturnPayer, TermsKind, TermsName, TermsText

# For trying things out without HTTPS. `localhost` never leaves the machine (RFC 6761 §6.3); `.test`
# is nobody's on the internet (§6.2) and leads where the tester's own resolver says.
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
LOOPBACK_SUFFIXES = (".localhost", ".test")
T = TypeVar("T", bound=TermsName)
LONGEST_TERMS = 50_000
"""Characters of one text in one language."""
MOST_ORIGINS = 20
"""Of one merchant. Twenty are some 600 bytes in the header of a frame (253 bytes each at most)."""
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|::1")


def normalise_origin(text: str) -> str:
    """`HTTPS://Brand.example:443/` becomes `https://brand.example`; raises OriginInvalid."""
    try:
        parts = urlsplit(clean_code(text).lower())
        port = parts.port
    except ValueError:
        raise OriginInvalid(origin=text) from None
    if (
        parts.scheme not in ("https", "http")
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or parts.username
        or port == 0
    ):
        raise OriginInvalid(origin=text)
    # The origin goes into a response header: nothing but a host name may get through.
    if not parts.hostname or not HOST.fullmatch(parts.hostname):
        raise OriginInvalid(origin=text)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if (
        parts.scheme == "http"
        and host not in LOOPBACK_NAMES
        and not host.endswith(LOOPBACK_SUFFIXES)
    ):
        raise OriginInvalid(origin=text)
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


MOST_CODES = 50
"""Of one creator."""
SHORTEST_CODE, LONGEST_CODE = 3, 20
CODE = re.compile(rf"[A-Z0-9]{{{SHORTEST_CODE},{LONGEST_CODE}}}", re.ASCII)


def normalise_code(text: str) -> str | None:
    """A creator's code as it is stored: capitals, European digits, without blanks and dashes that
    somebody put between them. None for what can be nobody's.
    """
    code = clean_digits(text).upper()
    return code if CODE.fullmatch(code) else None


def terms_problems(words: Mapping[str, TermsText]) -> list[tuple[str, str]]:
    """(language, what is wrong with it); empty when buyers can read it."""
    found = [(lang, "missing") for lang in LANGUAGES if lang not in words]
    for lang, said in words.items():
        has_text = is_visible(said["text"])
        if lang not in LANGUAGES:
            found.append((lang, "unknown_language"))
        elif has_text == bool(said["url"]):
            found.append((lang, "text_or_url"))
        elif len(said["text"]) > LONGEST_TERMS:
            found.append((lang, "too_long"))
        elif said["url"] and not _is_page(said["url"]):
            found.append((lang, "not_https"))
    return found


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 500
    return plain and parts.scheme == "https" and bool(parts.hostname) and not parts.username


def payer_of(terms: Iterable[TermsName]) -> ReturnPayer:
    """Who pays for sending goods back under these terms: the seller, unless they say otherwise
    (Directive 2011/83/EU art 6(6)).
    """
    said = [each.payer for each in terms if each.payer is not None]
    return said[0] if said else ReturnPayer.SELLER


def in_order(terms: Iterable[T]) -> tuple[T, ...]:
    """As they are shown."""
    kinds = list(TermsKind)
    return tuple(sorted(terms, key=lambda each: kinds.index(each.kind)))
