"""What the routes of `checkout` need beside a session; built once by `app/wiring`, found at
`app.state.checkout`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.schemas import PAYMENT_METHODS, PaymentMethodIn, pay_in
from showfloor.checkout.service.drop_door import DropDoor
from showfloor.checkout.service.shelf import Shelf
from showfloor.kit import idempotency
from showfloor.kit.db import Database
from showfloor.kit.network import client_network
from showfloor.stock import service as stock
from showfloor.stock.service import HoldBatcher


class CheckoutDeps:
    """`secret` signs the hold tokens; `hold_seconds` is how long goods are held; `providers` by the
    name of their `payment_method.type`, and `methods` are the models of these.
    """

    def __init__(
        self,
        database: Database,
        *,
        secret: str,
        hold_seconds: int,
        providers: Mapping[str, PaymentProvider],
        methods: Sequence[type[PaymentMethodIn]] = PAYMENT_METHODS,
    ) -> None:
        self.database = database
        self.secret = secret.encode()
        self.hold_seconds = hold_seconds
        self.providers = providers
        self.pay_in = pay_in(methods)
        self.shelf = Shelf(database)
        self.batcher = HoldBatcher(database)
        self.door = DropDoor()

    def fingerprint(self, body: object) -> bytes:
        """Of a request with an address or a card in it: these are few enough to be guessed from a
        plain digest.
        """
        return hmac.digest(self.secret, idempotency.fingerprint(body), sha256)

    def client(self, address: str) -> bytes:
        """What is known of who asks for a hold: a keyed digest of the network (kit/network)."""
        return stock.client_digest(self.secret, client_network(address))
