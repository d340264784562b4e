"""What a viewer's message wants of the show's goods. It is only understood here: goods are held
where all goods are held, by whoever holds them (`checkout`).
"""

from __future__ import annotations

from showfloor.catalog import service as catalog
from showfloor.kit.db import Session
from showfloor.room.rules.wishes import Said, choose, read_wish
from showfloor.room.service.writing import Entered
from showfloor.room.types import Wish


async def find_wish(session: Session, entered: Entered, text: str) -> Wish | None:
    """Of somebody who may write this, and did. The show's team sells, and says `mine 12` to explain
    it. A message that does not begin as a wish costs no statement, one that does two.
    """
    if entered.role.staff or not entered.holds.buy_by_comment:
        return None
    wished = read_wish(text)
    if wished is None:
        return None
    number = wished.item_number
    product_id = entered.show.product_of(number)
    if product_id is None:
        return Wish(number) if wished.said is Said.CLAIMED else None
    (product,) = await catalog.get_products(session, [product_id])
    choice = choose(wished, product)
    if choice is None:
        return None
    return Wish(number, product_id, choice.skus, wished.quantity, choice.is_clear)
