"""JSON routes of `feeds`: a merchant's imports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from babel.numbers import is_currency
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from showfloor.catalog.imports.program import AUTO, FORMATS
from showfloor.feeds import service
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.errors import (
    ImportCurrencyUnknown,
    ImportFileMissing,
    ImportFormatUnknown,
    ImportNotCompared,
    ImportNotFound,
    ImportRunning,
    ImportUrlInvalid,
)
from showfloor.feeds.schemas import (
    ImportLines,
    ImportOut,
    ImportPage,
    ImportPicturePage,
    ImportUrl,
    Kind,
    PictureState,
)
from showfloor.feeds.types import Import, LineKind, NewImport
from showfloor.feeds.types import PictureState as State
from showfloor.feeds.views import (
    NO_PICTURES,
    import_view,
    lines_view,
    page_view,
    pictures_view,
)
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import Caller, CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import idempotency, ids
from showfloor.kit.answers import language
from showfloor.kit.db import Session
from showfloor.kit.errors import (
    IdempotencyConflict,
    IdempotencyKeyRequired,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    ValidationFailed,
)
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import KEY_HEADER, Document, refusals
from showfloor.kit.outbound import Outbound, OutboundFailed
from showfloor.kit.text import clean_line
from showfloor.merchants.errors import MerchantNotFound

router = APIRouter(prefix="/api/v1", tags=["products"])
FIRST_ERRORS = 100
LARGEST_BODY = 16 * 1024
"""Bytes of a request that names an address."""
_PIECE = 1 << 20
"""Bytes of a file that are copied at a time."""
_FIELDS = {
    "file": {"type": "string", "format": "binary"},
    "merchant": {"type": "string", "description": "mer_…; needed by whoever sells for several"},
    "currency": {"type": "string", "description": "ISO 4217: what the file's prices are in"},
    "format": {"type": "string", "enum": [AUTO, *FORMATS], "default": AUTO},
    "dry_run": {"type": "boolean", "default": True, "description": "only say what would change"},
}
BODY: Document = {
    **KEY_HEADER,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ImportUrl.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": _FIELDS,
                    "required": ["file", "currency"],
                }
            },
        },
    },
}
"""FastAPI would read a body that it knows of before it asks who is there."""


async def get_folder(request: Request) -> ImportFolder:
    folder: ImportFolder = request.app.state.imports
    return folder


KeyHeader = Annotated[str | None, Header(include_in_schema=False)]
FolderDep = Annotated[ImportFolder, Depends(get_folder)]


@router.post(
    "/imports",
    status_code=202,
    responses=refusals(
        NotAuthenticated,
        CsrfFailed,
        NotFound,
        MerchantNotFound,
        IdempotencyKeyRequired,
        IdempotencyConflict,
        PayloadTooLarge,
        RequestTimeout,
        ImportFileMissing,
        ImportFormatUnknown,
        ImportCurrencyUnknown,
        ImportUrlInvalid,
        ImportRunning,
        ValidationFailed,
    ),
    openapi_extra=BODY,
)
async def add_import(
    request: Request,
    person: Caller,
    database: DatabaseDep,
    folder: FolderDep,
    idempotency_key: KeyHeader = None,
) -> ImportOut:
    """A file of products, sent or at an address, read soon by the worker: what it would change, or
    with `dry_run=false` what it changes at once. At most 50 MB.
    """
    key = idempotency.check_key(idempotency_key)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        new = _by_url(await _body(request), person, request.app.state.outbound, key)
        async with database.session() as session:
            found = await service.add_import(session, person=person, new=new)
        return import_view(found, (), language(request))
    import_id = ids.new()
    added = None
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            asked = _asked(form, person)
            digest = await folder.store(import_id, _pieces(asked.file))
        new = NewImport(
            id=import_id,
            merchant_id=asked.merchant_id,
            key=ids.digest(key),
            request=digest + idempotency.fingerprint(asked.words),
            dry_run=asked.dry_run,
            file_name=asked.file_name,
            format=asked.format,
            currency=asked.currency,
        )
        async with database.session() as session:
            added = await service.add_import(session, person=person, new=new)
    finally:
        if added is None or added.id != import_id:
            await folder.remove(import_id)
    return import_view(added, (), language(request))


async def _body(request: Request) -> ImportUrl:
    """Raises ValidationFailed, which never repeats what was sent."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ValidationFailed(extra={"fields": [{"path": "body", "problem": "too_long"}]})
    try:
        return ImportUrl.model_validate_json(body)
    except ValidationError as error:
        fields = [
            {"path": "/".join(["body", *map(str, item["loc"])]), "problem": item["type"]}
            for item in error.errors()
        ]
        raise ValidationFailed(extra={"fields": fields}) from None


def _by_url(asked: ImportUrl, person: Person, outbound: Outbound, key: str) -> NewImport:
    """Raises ImportFormatUnknown, ImportCurrencyUnknown, ImportUrlInvalid, MerchantNotFound."""
    _check_words(asked.format, asked.currency)
    merchant = _merchant(asked.merchant, person)
    service.check_seller(person, merchant)
    try:
        outbound.check_url(asked.url)
    except OutboundFailed:
        raise ImportUrlInvalid from None
    words = [merchant.hex, asked.currency, asked.format, asked.dry_run, asked.url]
    parts = urlsplit(asked.url)
    return NewImport(
        id=ids.new(),
        merchant_id=merchant,
        key=ids.digest(key),
        request=idempotency.fingerprint(words),
        dry_run=asked.dry_run,
        # Without the query, which may be a secret of the shop's.
        file_name=clean_line(f"{parts.hostname}{parts.path}")[:200],
        format=asked.format,
        currency=asked.currency,
        url=asked.url,
    )


def _check_words(format: str, currency: str) -> None:
    if format not in (AUTO, *FORMATS):
        raise ImportFormatUnknown
    if not is_currency(currency):
        raise ImportCurrencyUnknown


@dataclass(frozen=True, slots=True)
class _Asked:
    file: UploadFile
    merchant_id: UUID
    currency: str
    format: str
    dry_run: bool

    @property
    def words(self) -> list[object]:
        return [self.merchant_id.hex, self.currency, self.format, self.dry_run]

    @property
    def file_name(self) -> str:
        return clean_line(self.file.filename or "")[:200]


def _asked(form: FormData, person: Person) -> _Asked:
    """Raises ImportFileMissing, ImportFormatUnknown, ImportCurrencyUnknown, MerchantNotFound."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ImportFileMissing
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    format, currency = texts.get("format", AUTO), texts.get("currency", "")
    _check_words(format, currency)
    merchant = _merchant(texts.get("merchant"), person)
    service.check_seller(person, merchant)
    return _Asked(file, merchant, currency, format, texts.get("dry_run", "true") != "false")


def _merchant(text: str | None, person: Person) -> UUID:
    """Whoever sells for one seller need not name it."""
    if text:
        return ids.parse("mer", text)
    if len(person.merchant_ids) != 1:
        raise MerchantNotFound
    return next(iter(person.merchant_ids))


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


OWN = (NotAuthenticated, NotFound, ImportNotFound)


@router.get("/imports", responses=refusals(NotAuthenticated, NotFound))
async def list_imports(
    request: Request,
    session: SessionDep,
    person: CurrentPerson,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> ImportPage:
    """The imports of this person's merchants, newest first, without their errors."""
    before = ids.parse("imp", cursor) if cursor else None
    found = await service.list_imports(session, person=person, limit=limit + 1, cursor=before)
    pictures = await service.count_pictures(session, found)
    return page_view(found, limit, language(request), pictures)


@router.get("/imports/{import_id}", responses=refusals(*OWN))
async def get_import(
    import_id: str, request: Request, session: SessionDep, person: CurrentPerson
) -> ImportOut:
    """How far it is, what it changes, and what it leaves out."""
    found = await service.get_own_import(
        session, person=person, import_id=ids.parse("imp", import_id)
    )
    return await _with_errors(session, person, found, language(request))


@router.get("/imports/{import_id}/lines", responses=refusals(*OWN))
async def list_lines(
    import_id: str,
    request: Request,
    session: SessionDep,
    person: CurrentPerson,
    kind: Annotated[list[Kind] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[int, Query(ge=0, lt=1 << 62)] = 0,
) -> ImportLines:
    """What changes, product by product, and what is left out, in the order of the file. The first
    two thousand of each kind are kept.
    """
    kinds = [LineKind(each) for each in kind] if kind else list(LineKind)
    page = await service.list_lines(
        session,
        person=person,
        import_id=ids.parse("imp", import_id),
        kinds=kinds,
        limit=limit,
        after=cursor,
    )
    return lines_view(page, language(request))


@router.get("/imports/{import_id}/pictures", responses=refusals(*OWN))
async def list_pictures(
    import_id: str,
    request: Request,
    session: SessionDep,
    person: CurrentPerson,
    state: Annotated[list[PictureState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[int, Query(ge=0, lt=1 << 62)] = 0,
) -> ImportPicturePage:
    """Pictures that the import waits or waited for, and why those that failed are not shown."""
    page = await service.list_pictures(
        session,
        person=person,
        import_id=ids.parse("imp", import_id),
        states=[State(each) for each in state] if state else list(State),
        limit=limit,
        after=cursor,
    )
    return pictures_view(page, language(request))


@router.post(
    "/imports/{import_id}/apply",
    status_code=202,
    responses=refusals(*OWN, CsrfFailed, ImportNotCompared, ImportRunning),
)
async def apply_import(
    import_id: str, request: Request, session: SessionDep, person: CurrentPerson
) -> ImportOut:
    """Take over what was compared. Asking twice is asking once."""
    found = await service.apply(session, person=person, import_id=ids.parse("imp", import_id))
    return import_view(found, (), language(request))


async def _with_errors(session: Session, person: Person, found: Import, lang: str) -> ImportOut:
    page = await service.list_lines(
        session,
        person=person,
        import_id=found.id,
        kinds=[LineKind.LEFT_OUT],
        limit=FIRST_ERRORS,
    )
    pictures = await service.count_pictures(session, [found])
    return import_view(found, page.lines, lang, pictures.get(found.id, NO_PICTURES))
