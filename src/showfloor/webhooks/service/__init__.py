"""Use cases of `webhooks`, one file a noun: endpoints, messages, deliveries, sending."""

from showfloor.webhooks.service.deliveries import forget_old, list_deliveries, replay, send_test
from showfloor.webhooks.service.endpoints import (
    add_endpoint,
    change_endpoint,
    list_endpoints,
    remove_endpoint,
    rotate_secret,
)
from showfloor.webhooks.service.messages import (
    note_order,
    note_order_paid,
    note_payout,
    note_show_ended,
    note_show_started,
    note_stock,
)
from showfloor.webhooks.service.sending import WEBHOOKS, Lanes

__all__ = [
    "WEBHOOKS",
    "Lanes",
    "add_endpoint",
    "change_endpoint",
    "forget_old",
    "list_deliveries",
    "list_endpoints",
    "note_order",
    "note_order_paid",
    "note_payout",
    "note_show_ended",
    "note_show_started",
    "note_stock",
    "remove_endpoint",
    "replay",
    "rotate_secret",
    "send_test",
]
