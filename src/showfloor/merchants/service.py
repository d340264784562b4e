"""Use cases of `merchants`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.errors import Forbidden
from showfloor.identity.types import GrantKind, Person, SecurityEvent, Team
from showfloor.kit import clock, ids
from showfloor.kit.db import Connection, Session
from showfloor.merchants import queries
from showfloor.merchants.errors import (
    CodeInvalid,
    CodeNotFound,
    CodeTaken,
    CreatorNotFound,
    MerchantNotFound,
    MerchantTaken,
    TermsInvalid,
    TermsNotFound,
    TooManyCodes,
    TooManyOrigins,
)
from showfloor.merchants.rules import (
    MOST_CODES,
    MOST_ORIGINS,
    in_order,
    normalise_code,
    normalise_origin,
    payer_of,
    terms_problems,
)
from showfloor.merchants.types import (
    Creator,
    CreatorCode,
    Identity,
    Merchant,
    SellerTerms,
    TermsKind,
    TermsName,
    TermsText,
    WayBack,
)


async def add_merchant(
    session: Session,
    *,
    slug: str,
    name: dict[str, str],
    about: dict[str, str],
    avatar_url: str,
    order_prefix: str,
) -> Merchant:
    """A new seller. Raises MerchantTaken."""
    merchant = Merchant(ids.new(), slug, name, about, avatar_url, order_prefix)
    if not await queries.add_merchant(session, merchant):
        raise MerchantTaken(slug=slug)
    return merchant


async def find_merchant(session: Session, slug: str) -> Merchant:
    """Raises MerchantNotFound."""
    found = await queries.merchant_of_slug(session, slug)
    if found is None:
        raise MerchantNotFound(slug=slug)
    return found


async def set_identity(session: Session, *, slug: str, identity: Identity) -> None:
    """What buyers read of a seller with every order from now on. Raises MerchantNotFound."""
    merchant = await find_merchant(session, slug)
    await queries.set_identity(session, merchant.id, identity)


async def set_terms(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID,
    kind: TermsKind,
    words: dict[str, TermsText],
    way_back: WayBack | None = None,
) -> SellerTerms:
    """What buyers agree to from now on, as a new version; saying what holds already changes
    nothing. Raises Forbidden, MerchantNotFound, TermsInvalid.
    """
    _check_member(person, merchant_id)
    found = terms_problems(words)
    if way_back is not None and kind is not TermsKind.RETURNS:
        found.append(("way_back", "not_of_returns"))
    if found:
        fields = [{"path": f"body/{lang}", "problem": problem} for lang, problem in found]
        raise TermsInvalid(extra={"fields": fields})
    await lock(session, merchant_id)
    held = await queries.newest_terms(session, [merchant_id])
    before = next((each for each in held if each.kind is kind), None)
    if before is not None and (before.words, before.way_back) == (words, way_back):
        return before
    version = before.version + 1 if before else 1
    terms = SellerTerms(
        ids.new(), merchant_id, kind, version, clock.now(), words, way_back=way_back
    )
    await queries.add_terms(session, terms)
    return terms


async def list_terms(
    session: Session, *, person: Person, merchant_id: UUID
) -> tuple[SellerTerms, ...]:
    """What holds now, for the merchant's own people. Raises Forbidden."""
    _check_member(person, merchant_id)
    return in_order(await queries.newest_terms(session, [merchant_id]))


async def terms_of(
    session: Session, merchant_ids: Collection[UUID]
) -> dict[UUID, tuple[TermsName, ...]]:
    """What holds now, by merchant, without the words: one statement for any number."""
    found = await queries.newest_terms_names(session, merchant_ids)
    return {
        merchant_id: in_order(each for each in found if each.merchant_id == merchant_id)
        for merchant_id in merchant_ids
    }


async def find_way_back(
    session: Session, merchant_id: UUID, agreed: Collection[TermsName], own: str
) -> WayBack:
    """How goods of an order go back to their seller: who pays is as it was agreed, where they go as
    it is now; `own` is the address where none is named.
    """
    held = await queries.newest_terms_names(session, [merchant_id])
    address = next((each.way_back["address"] for each in held if each.way_back), "")
    return {"payer": payer_of(agreed), "address": address or own}


async def get_terms_names(session: Session, terms_ids: Collection[UUID]) -> tuple[TermsName, ...]:
    """As `get_terms`, without the words."""
    return in_order(await queries.terms_names_by_id(session, terms_ids)) if terms_ids else ()


async def get_terms(session: Session, terms_ids: Collection[UUID]) -> tuple[SellerTerms, ...]:
    """Versions as they were. Open to everybody who has their ids."""
    return in_order(await queries.terms_by_id(session, terms_ids)) if terms_ids else ()


async def find_terms(session: Session, terms_id: UUID) -> tuple[SellerTerms, Merchant]:
    """One version, and whose it is. Raises TermsNotFound."""
    found = await queries.terms_by_id(session, [terms_id])
    if not found:
        raise TermsNotFound
    merchant_id = found[0].merchant_id
    return found[0], (await queries.merchants(session, [merchant_id]))[merchant_id]


async def lock(session: Session, merchant_id: UUID) -> None:
    """Others who change what is this seller's wait until the transaction ends. Raises
    MerchantNotFound.
    """
    if not await queries.lock_merchant(session, merchant_id):
        raise MerchantNotFound


async def get_merchants(session: Session, merchant_ids: Iterable[UUID]) -> dict[UUID, Merchant]:
    """Sellers by id; unknown ids are left out."""
    return await queries.merchants(session, merchant_ids)


async def add_creator(session: Session, *, name: dict[str, str], avatar_url: str) -> Creator:
    creator = Creator(ids.new(), name, avatar_url)
    await queries.add_creator(session, creator)
    return creator


async def get_creator(session: Session, creator_id: UUID) -> Creator:
    """Raises CreatorNotFound."""
    found = (await queries.creators(session, [creator_id])).get(creator_id)
    if found is None:
        raise CreatorNotFound
    return found


async def get_creators(session: Session, creator_ids: Iterable[UUID]) -> dict[UUID, Creator]:
    """Hosts by id; unknown ids are left out."""
    return await queries.creators(session, creator_ids)


async def add_code(session: Session, *, person: Person, text: str) -> CreatorCode:
    """One more code of the person's own creator. Raises Forbidden, CodeInvalid, CodeTaken,
    TooManyCodes.
    """
    if person.creator_id is None or not await queries.lock_creator(session, person.creator_id):
        raise Forbidden
    code = normalise_code(text)
    if code is None:
        raise CodeInvalid
    new = CreatorCode(code, person.creator_id, clock.now())
    if len(await queries.codes_of(session, person.creator_id)) >= MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    if not await queries.add_code(session, new):
        raise CodeTaken
    return new


async def list_codes(session: Session, *, person: Person) -> list[CreatorCode]:
    """The person's own as a creator that lead to them."""
    if person.creator_id is None:
        return []
    found = await queries.codes_of(session, person.creator_id)
    return [each for each in found if each.ended_at is None]


async def end_code(session: Session, *, person: Person, text: str) -> None:
    """It leads to nobody any more, on no page. Raises Forbidden, CodeNotFound."""
    if person.creator_id is None:
        raise Forbidden
    code = normalise_code(text)
    now = clock.now()
    if code is None or not await queries.end_code(session, person.creator_id, code, now):
        raise CodeNotFound


async def find_by_code(connection: Connection, text: str) -> UUID | None:
    """The creator to whom a code leads, or None. Open to everybody who has it."""
    code = normalise_code(text)
    return await queries.creator_of_code(connection, code) if code is not None else None


async def allow_origin(session: Session, *, person: Person, merchant_id: UUID, origin: str) -> str:
    """Let a website carry this merchant's shows; the origin as stored.

    Raises Forbidden, MerchantNotFound, OriginInvalid, TooManyOrigins.
    """
    _check_member(person, merchant_id)
    normal = normalise_origin(origin)
    if not await queries.lock_merchant(session, merchant_id):
        raise MerchantNotFound
    known = await queries.origins(session, [merchant_id])
    if normal not in known and len(known) >= MOST_ORIGINS:
        raise TooManyOrigins(most=MOST_ORIGINS)
    await queries.add_origin(session, merchant_id, normal)
    await _record(session, SecurityEvent.ORIGIN_ALLOWED, person, f"{merchant_id} {normal}")
    return normal


async def list_origins(session: Session, *, person: Person, merchant_id: UUID) -> list[str]:
    """For the merchant's own people; raises Forbidden."""
    _check_member(person, merchant_id)
    return await queries.origins(session, [merchant_id])


async def forbid_origin(
    session: Session, *, person: Person, merchant_id: UUID, origin: str
) -> None:
    """Raises Forbidden, OriginInvalid."""
    _check_member(person, merchant_id)
    normal = normalise_origin(origin)
    await queries.remove_origin(session, merchant_id, normal)
    await _record(session, SecurityEvent.ORIGIN_FORBIDDEN, person, f"{merchant_id} {normal}")


async def allowed_origins(session: Session, merchant_ids: Iterable[UUID]) -> list[str]:
    """Where shows that carry any of these merchants may be framed."""
    return await queries.origins(session, merchant_ids)


async def allow_creator(
    session: Session, *, person: Person, merchant_id: UUID, creator_id: UUID
) -> None:
    """Let a creator show and sell this merchant's products. Raises Forbidden."""
    _check_member(person, merchant_id)
    await queries.add_partnership(session, merchant_id, creator_id)
    await _record(session, SecurityEvent.CREATOR_ALLOWED, person, f"{merchant_id} {creator_id}")


async def forbid_creator(
    session: Session, *, person: Person, merchant_id: UUID, creator_id: UUID
) -> None:
    """The creator adds no more of this merchant's products to shows; forbidding twice is fine.

    Raises Forbidden.
    """
    _check_member(person, merchant_id)
    await queries.remove_partnership(session, merchant_id, creator_id)
    await _record(session, SecurityEvent.CREATOR_FORBIDDEN, person, f"{merchant_id} {creator_id}")


async def list_creators(session: Session, *, person: Person, merchant_id: UUID) -> list[Creator]:
    """Who may show this merchant's products. Raises Forbidden."""
    _check_member(person, merchant_id)
    return await queries.partners_of_merchant(session, merchant_id)


async def sellable_by(session: Session, person: Person) -> frozenset[UUID]:
    """The merchants whose products this person may put into a show: their own, and those that
    allowed them as a creator.
    """
    partners = (
        await queries.partners_of(session, person.creator_id) if person.creator_id else frozenset()
    )
    return person.merchant_ids | partners


async def _record(session: Session, event: SecurityEvent, person: Person, about: str) -> None:
    await identity.record(
        session, event, person_id=person.id if person.id.int else None, about=about
    )


def _check_member(person: Person, merchant_id: UUID) -> None:
    if merchant_id not in person.merchant_ids and not person.is_operator:
        raise Forbidden


async def name_of_team(session: Session, team: Team) -> dict[str, str]:
    """The merchant's or creator's name, by language. Raises MerchantNotFound, CreatorNotFound."""
    if team.kind is GrantKind.CREATOR:
        return (await get_creator(session, team.subject_id)).name
    found = await queries.merchants(session, [team.subject_id])
    if team.subject_id not in found:
        raise MerchantNotFound
    return found[team.subject_id].name
