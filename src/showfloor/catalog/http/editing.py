"""JSON routes by which a merchant's people make and change products."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from showfloor.catalog import service
from showfloor.catalog.adapters.pictures import PictureFolder
from showfloor.catalog.errors import (
    PicturesChanged,
    PictureTooManyPixels,
    PictureTooSmall,
    PictureTypeUnsupported,
    PictureUnreadable,
    ProductInvalid,
    ProductNotFound,
    SkuTaken,
    TooManyPictures,
)
from showfloor.catalog.schemas import (
    NewProductIn,
    NewVariantIn,
    PictureOrder,
    PriceHistory,
    ProductState,
    ProductWords,
)
from showfloor.catalog.service import NewValues
from showfloor.catalog.views import history_view, product_state
from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import Caller, CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, PayloadTooLarge, RequestTimeout
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import Document, refusals

router = APIRouter(prefix="/api/v1", tags=["products"])
CHANGE = (NotAuthenticated, CsrfFailed, NotFound, ProductNotFound)
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")
_PICTURE: Document = {"schema": {"type": "string", "format": "binary"}}
PICTURE_BODY: Document = {
    "requestBody": {"required": True, "content": dict.fromkeys(PICTURE_TYPES, _PICTURE)}
}


async def get_pictures(request: Request) -> PictureFolder:
    pictures: PictureFolder = request.app.state.pictures
    return pictures


PicturesDep = Annotated[PictureFolder, Depends(get_pictures)]


@router.post("/products", status_code=201, responses=refusals(*CHANGE, ProductInvalid, SkuTaken))
async def create_product(
    body: NewProductIn, session: SessionDep, person: CurrentPerson
) -> ProductState:
    """A product that no file brought. Nothing of it is in stock yet. Asked twice, the second
    answer is `sku_taken`.
    """
    added = await service.add_typed_product(
        session,
        person=person,
        merchant_id=ids.parse("mer", body.merchant_id) if body.merchant_id else None,
        values=NewValues(
            name=body.name.text(),
            summary=body.summary.text(),
            description=body.description.text(),
            axes={code: name.text() for code, name in body.axes.items()},
            variants=[variant.value() for variant in body.variants],
        ),
    )
    return product_state(added)


@router.patch("/products/{product_id}", responses=refusals(*CHANGE, ProductInvalid))
async def change_product(
    product_id: str, body: ProductWords, session: SessionDep, person: CurrentPerson
) -> ProductState:
    """Other words; viewers of a show see them at once."""
    chosen = ids.parse("prod", product_id)
    return product_state(
        await service.change_product(session, person=person, product_id=chosen, change=body.value())
    )


@router.post(
    "/products/{product_id}/variants",
    status_code=201,
    responses=refusals(*CHANGE, ProductInvalid, SkuTaken),
)
async def add_variant(
    product_id: str, body: NewVariantIn, session: SessionDep, person: CurrentPerson
) -> ProductState:
    """One more variant. Asked twice, the second answer is `sku_taken`."""
    chosen = ids.parse("prod", product_id)
    return product_state(
        await service.add_variant(session, person=person, product_id=chosen, added=body.value())
    )


@router.get(
    "/products/{product_id}/prices",
    responses=refusals(NotAuthenticated, NotFound, ProductNotFound),
)
async def list_prices(product_id: str, session: SessionDep, person: CurrentPerson) -> PriceHistory:
    """What its variants cost at any time: prices are added, never changed."""
    chosen = ids.parse("prod", product_id)
    return history_view(await service.price_history(session, person=person, product_id=chosen))


@router.post(
    "/products/{product_id}/pictures",
    status_code=201,
    responses=refusals(
        *CHANGE,
        PayloadTooLarge,
        RequestTimeout,
        PictureTypeUnsupported,
        PictureUnreadable,
        PictureTooManyPixels,
        PictureTooSmall,
        TooManyPictures,
    ),
    openapi_extra=PICTURE_BODY,
)
async def add_picture(
    product_id: str,
    request: Request,
    person: Caller,
    database: DatabaseDep,
    pictures: PicturesDep,
) -> ProductState:
    """A JPEG, PNG or WebP of at most 8 MiB and with no side under 100 pixels, behind the others. It
    is stored as a JPEG of at most 1920 pixels, without metadata. The same picture twice is one.
    """
    chosen = ids.parse("prod", product_id)
    async with database.session() as session:
        await service.get_own_product(session, person=person, product_id=chosen)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in PICTURE_TYPES:
        raise PictureTypeUnsupported
    stored = await pictures.store(chosen, await request.body())
    async with database.session() as session:
        changed = await service.add_picture(
            session, person=person, product_id=chosen, stored=stored
        )
    return product_state(changed)


@router.put("/products/{product_id}/pictures", responses=refusals(*CHANGE, PicturesChanged))
async def arrange_pictures(
    product_id: str, body: PictureOrder, session: SessionDep, person: CurrentPerson
) -> ProductState:
    """The pictures in a new order; what is left out goes. The first one is shown on shelves."""
    chosen = ids.parse("prod", product_id)
    return product_state(
        await service.arrange_pictures(session, person=person, product_id=chosen, urls=body.urls)
    )
