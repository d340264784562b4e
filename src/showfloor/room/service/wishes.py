"""What a viewer's message wants of the show's goods. It is only understood here: goods are held
where all goods are held, by whoever holds them (`checkout`).
"""

from __future__ import annotations

from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.kit.db import Session
from showfloor.kit.tokens import sign_id
from showfloor.room.rules.wishes import Said, choose, read_wish
from showfloor.room.service.writing import Entered
from showfloor.room.types import Wish

_KEY = b"showfloor wish v1:"
"""Everybody reads a message's id, and who knows a key first has what is held under it, or keeps its
owner from holding: so the key of a message is one that its writer alone is told.
"""


async def find_wish(
    session: Session, entered: Entered, text: str, *, message_id: UUID, secret: bytes
) -> Wish | None:
    """Of somebody who may write this, and did. The show's team sells, and says `mine 12` to explain
    it. A message that does not begin as a wish costs no statement, one that does two.
    """
    if entered.role.staff or not entered.holds.buy_by_comment:
        return None
    wished = read_wish(text)
    if wished is None:
        return None
    number, key = wished.item_number, sign_id(secret, _KEY, message_id)
    product_id = entered.show.product_of(number)
    if product_id is None:
        return Wish(number, key) if wished.said is Said.CLAIMED else None
    (product,) = await catalog.get_products(session, [product_id])
    choice = choose(wished, product)
    if choice is None:
        return None
    return Wish(number, key, product_id, choice.skus, wished.quantity, choice.is_clear)
