"""What an operator does at the machine itself: people, sellers, creators, goods. `commands` are
in front of it.

Whoever may read the installation's settings may do all of this; there is nobody else to ask. It
goes through the same services as everything, and people's data through the one door.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import OperationalError

from showfloor.app.catalog_import import Catalog, ProductEntry, add_product
from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import EmbeddedPostgres, PostgresFailed
from showfloor.app.serve import claimed
from showfloor.app.settings import Settings
from showfloor.catalog import service as catalog
from showfloor.catalog.errors import VariantNotFound
from showfloor.delivery import service as delivery
from showfloor.delivery.types import DeliveryOption, Terms
from showfloor.identity import service as identity
from showfloor.identity.types import Admission, CollectionPoint, GrantKind, Person, Role, Scope
from showfloor.kit import ids
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import AppError, ValidationFailed
from showfloor.merchants import service as merchants
from showfloor.merchants.types import Merchant, SellerTerms, TermsKind, TermsText
from showfloor.stock import service as stock

T = TypeVar("T")
Text = dict[str, str]
PICTURES = frozenset({".webp", ".avif", ".jpg", ".jpeg", ".png"})
"""What browsers show and nobody can hide a script in."""


def run(settings: Settings, work: Callable[[Session], Awaitable[T]]) -> T:
    """`work` in one transaction of this installation's database, running or not, in its newest
    shape. Raises AppError, PostgresFailed.
    """

    async def once(url: str) -> T:
        database = Database(url, size=1, pool_size=1)
        try:
            async with database.session() as session:
                return await work(session)
        finally:
            await database.close()

    with database_url(settings) as url:
        _upgrade(url)
        return asyncio.run(once(url))


def _upgrade(url: str) -> None:
    """What `serve` does too; whoever comes second waits."""
    try:
        upgrade_now(url)
    except OperationalError as error:
        raise PostgresFailed(f"The database does not answer: {error.orig}") from None


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The database's URL while the block runs. An embedded server that did not run is started, and
    stopped in the end. Raises PostgresFailed.
    """
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.data / "postgres")
    with claimed(settings.data) as ours:
        if not ours and server.pid() is None:
            raise PostgresFailed(
                "Showfloor is just starting or ending here. Try again in a moment."
            )
        if not ours:
            yield server.url()
            return
        url = server.start()
        try:
            yield url
        finally:
            server.stop()


async def add_person(
    session: Session, *, admission: Admission, email: str, name: str, password: str
) -> Person:
    """An account for somebody who works here. Raises EmailTaken, PasswordTooShort."""
    await identity.add_person(
        session, admission=admission, email=email, name=name, password=password
    )
    return await identity.find_person(session, email=email)


async def give_grants(
    session: Session,
    *,
    person: Person,
    sellers: Sequence[str],
    creator: UUID | None,
    operator: bool,
    role: Role = Role.OWNER,
) -> None:
    """Let a person act for sellers (their short names), as a creator, as an operator. `role` is
    theirs in the teams of sellers and creator; RoleUnknown when one of them has no such role.

    Raises MerchantNotFound, CreatorNotFound.
    """
    for slug in sellers:
        merchant = await merchants.find_merchant(session, slug)
        await identity.grant(
            session, person_id=person.id, kind=GrantKind.MERCHANT, subject_id=merchant.id, role=role
        )
    if creator is not None:
        await merchants.get_creator(session, creator)
        await identity.grant(
            session, person_id=person.id, kind=GrantKind.CREATOR, subject_id=creator, role=role
        )
    if operator:
        await identity.grant(
            session, person_id=person.id, kind=GrantKind.OPERATOR, subject_id=UUID(int=0)
        )


async def take_grants(
    session: Session,
    *,
    person: Person,
    sellers: Sequence[str],
    creator: UUID | None,
    operator: bool,
) -> int:
    """Take back what `give_grants` gave; how many grants there were. Raises MerchantNotFound."""
    subjects = [
        (GrantKind.MERCHANT, (await merchants.find_merchant(session, slug)).id) for slug in sellers
    ]
    subjects += [(GrantKind.CREATOR, creator)] if creator is not None else []
    subjects += [(GrantKind.OPERATOR, UUID(int=0))] if operator else []
    taken = [
        await identity.revoke_grant(session, person_id=person.id, kind=kind, subject_id=subject)
        for kind, subject in subjects
    ]
    return sum(taken)


async def add_key(
    session: Session, *, email: str, label: str, scopes: Collection[Scope], lasts: timedelta
) -> str:
    """A new API key, shown this once. Raises PersonNotFound."""
    person = await identity.find_person(session, email=email)
    admission = await identity.admit_again(session, CollectionPoint.API, person_id=person.id)
    return await identity.add_api_key(
        session,
        admission=admission,
        person_id=person.id,
        label=label,
        scopes=scopes,
        lasts=lasts,
    )


async def add_creator(session: Session, *, name: Text, avatar_url: str) -> UUID:
    return (await merchants.add_creator(session, name=name, avatar_url=avatar_url)).id


async def allow_creator(session: Session, *, creator: UUID, seller: str) -> None:
    """Raises MerchantNotFound, CreatorNotFound."""
    merchant = await merchants.find_merchant(session, seller)
    await merchants.get_creator(session, creator)
    await merchants.allow_creator(
        session, person=identity.operator(merchant.id), merchant_id=merchant.id, creator_id=creator
    )


async def forbid_creator(session: Session, *, creator: UUID, seller: str) -> None:
    """Raises MerchantNotFound."""
    merchant = await merchants.find_merchant(session, seller)
    await merchants.forbid_creator(
        session,
        person=identity.operator(merchant.id),
        merchant_id=merchant.id,
        creator_id=creator,
    )


async def forbid_origin(session: Session, *, seller: str, origin: str) -> None:
    """Raises MerchantNotFound, OriginInvalid."""
    merchant = await merchants.find_merchant(session, seller)
    await merchants.forbid_origin(
        session, person=identity.operator(merchant.id), merchant_id=merchant.id, origin=origin
    )


async def allow_origin(session: Session, *, seller: str, origin: str) -> str:
    """The origin as browsers write it. Raises MerchantNotFound, OriginInvalid."""
    merchant = await merchants.find_merchant(session, seller)
    return await merchants.allow_origin(
        session, person=identity.operator(merchant.id), merchant_id=merchant.id, origin=origin
    )


async def set_terms(
    session: Session, *, seller: str, kind: TermsKind, words: dict[str, TermsText]
) -> SellerTerms:
    """Raises MerchantNotFound, TermsInvalid."""
    merchant = await merchants.find_merchant(session, seller)
    return await merchants.set_terms(
        session,
        person=identity.operator(merchant.id),
        merchant_id=merchant.id,
        kind=kind,
        words=words,
    )


async def add_delivery_option(session: Session, *, seller: str, terms: Terms) -> DeliveryOption:
    """Raises MerchantNotFound, DeliveryOptionInvalid, TooManyDeliveryOptions."""
    merchant = await merchants.find_merchant(session, seller)
    return await delivery.add_option(
        session, person=identity.operator(merchant.id), merchant_id=merchant.id, terms=terms
    )


async def list_delivery_options(session: Session, *, seller: str) -> list[DeliveryOption]:
    """Raises MerchantNotFound."""
    merchant = await merchants.find_merchant(session, seller)
    return await delivery.list_options(
        session, person=identity.operator(merchant.id), merchant_id=merchant.id
    )


async def remove_delivery_option(session: Session, *, seller: str, option_id: UUID) -> None:
    """Raises MerchantNotFound, DeliveryOptionNotFound."""
    merchant = await merchants.find_merchant(session, seller)
    await delivery.remove_option(
        session,
        person=identity.operator(merchant.id),
        merchant_id=merchant.id,
        option_id=option_id,
    )


async def import_catalog(session: Session, *, found: Catalog, folder: Path, uploads: Path) -> int:
    """All products of a catalog file or none; how many. Pictures are read from `folder`.

    A refusal says which product it is about.
    """
    sellers: dict[str, Merchant] = {}
    for entry in found.products:
        try:
            if entry.brand not in sellers:
                sellers[entry.brand] = await merchants.find_merchant(session, entry.brand)
            await _import_product(session, sellers[entry.brand].id, entry, folder, uploads)
        except AppError as refusal:
            refusal.params["product"] = entry.slug
            raise
    return len(found.products)


async def _import_product(
    session: Session, merchant_id: UUID, entry: ProductEntry, folder: Path, uploads: Path
) -> None:
    def url(file: str) -> str:
        return store_picture(uploads, folder, file)

    await add_product(
        session,
        person=identity.operator(merchant_id),
        merchant_id=merchant_id,
        entry=entry,
        picture_url=url,
    )


async def set_stock(session: Session, *, sku: str, on_hand: int, seller: str | None) -> None:
    """How many there are in all, sold ones included.

    Raises MerchantNotFound, VariantNotFound, StockCommitted.
    """
    owners = await catalog.find_variants(session, sku=sku)
    if seller is not None:
        merchant_id = (await merchants.find_merchant(session, seller)).id
        owners = {owner: variant for owner, variant in owners.items() if owner == merchant_id}
    if len(owners) > 1:
        raise ValidationFailed(
            problem="several sellers use this SKU, say which one with --merchant"
        )
    if not owners:
        raise VariantNotFound(sku=sku)
    ((merchant_id, variant_id),) = owners.items()
    await stock.set_on_hand(
        session, person=identity.operator(merchant_id), variant_id=variant_id, on_hand=on_hand
    )


def store_picture(uploads: Path, folder: Path, file: str) -> str:
    """Copy a picture to where browsers find it, under a name made of its bytes; its address.

    Raises ValidationFailed.
    """
    source = (folder / file).resolve()
    if (
        source.suffix.lower() not in PICTURES
        or not source.is_relative_to(folder.resolve())
        or not source.is_file()
    ):
        kinds = ", ".join(sorted(PICTURES))
        raise ValidationFailed(
            extra={
                "fields": [
                    {
                        "path": file,
                        "problem": f"needs to be a picture ({kinds}) beside the catalog file",
                    }
                ]
            }
        )
    name = sha256(source.read_bytes()).hexdigest()[:24] + source.suffix.lower()
    if not (uploads / name).exists():
        uploads.mkdir(parents=True, exist_ok=True)
        beside = uploads / f".{name}.{ids.secret(4)}"
        shutil.copyfile(source, beside)
        beside.replace(uploads / name)
    return f"/uploads/{name}"
