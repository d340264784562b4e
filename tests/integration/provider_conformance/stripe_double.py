"""Stripe as far as Showfloor uses it: the calls that `localstripe` has not, strict.

What a call takes comes from the parameter types of Stripe's own library, which are generated from
their specification; anything else is refused. Its objects are Stripe's samples
(`stripe_objects.json`) with our values in them. Its behaviour follows the page of docs.stripe.com
that each call names. It proves that we use the interface as it is documented; that the documents
are right, only `scripts/try-stripe` can show.
"""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stripe import params

from showfloor.kit import clock

Json = dict[str, Any]
SAMPLES: Json = json.loads(Path(__file__).with_name("stripe_objects.json").read_text())["resources"]
CARDS = {
    "pm_card_visa": "ok",
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
    "pm_card_authenticationRequired": "asks",
}
"""/testing: what each of Stripe's test cards does."""
LEAST = {"gbp": 30, "usd": 50, "aed": 200, "kwd": 200, "jpy": 50}
"""/currencies#minimum-and-maximum-charge-amounts."""


class Refused(Exception):
    """An error object (/api/errors)."""

    def __init__(self, status: int, kind: str, code: str, **more: object) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": code, **more}}


def invalid(code: str, **more: object) -> Refused:
    return Refused(400, "invalid_request_error", code, **more)


def check_parameters(given: Json, allowed: type) -> None:
    """/error-codes#parameter-unknown, by the library's own types."""
    for name in given:
        if name not in allowed.__annotations__:
            raise invalid("parameter_unknown", param=name)


def sample(kind: str, prefix: str, **values: object) -> Json:
    made: Json = copy.deepcopy(SAMPLES[kind])
    unknown = values.keys() - made.keys()
    assert not unknown, f"Stripe's {kind} has no {unknown}"
    return (
        made
        | values
        | {"id": f"{prefix}_{secrets.token_hex(8)}", "created": int(clock.now().timestamp())}
    )


@dataclass
class StripeDouble:
    """The books. `events` are what Stripe would send, oldest first. `captured` and `given_back`
    count money in the smallest unit by PaymentIntent.
    """

    intents: dict[str, Json] = field(default_factory=dict)
    tokens: dict[str, Json] = field(default_factory=dict)
    charges: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    refunds_are: str = "succeeded"
    """What becomes of a refund at once; `pending` until `end_refund` (/refunds#refund-statuses)."""
    transfers: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    tell: Callable[[Json], None] = lambda event: None

    # Confirmation tokens

    def create_token(self, given: Json) -> Json:
        """/api/confirmation_tokens/test_create: in test mode alone, from a test card."""
        check_parameters(given, params.test_helpers.ConfirmationTokenCreateParams)
        if given.get("payment_method") not in CARDS:
            raise invalid("resource_missing", param="payment_method")
        made = sample("confirmation_token", "ctoken", livemode=False)
        self.tokens[made["id"]] = made | {"card": given["payment_method"]}
        return made

    # PaymentIntents

    def create_intent(self, given: Json) -> Json:
        """/api/payment_intents/create."""
        check_parameters(given, params.PaymentIntentCreateParams)
        amount, currency = int(given["amount"]), given["currency"]
        if amount < LEAST.get(currency, 1):
            raise invalid("amount_too_small", param="amount")
        if amount > 99_999_999:
            raise invalid("amount_too_large", param="amount")
        made = sample(
            "payment_intent",
            "pi",
            amount=amount,
            currency=currency,
            capture_method=given.get("capture_method", "automatic_async"),
            metadata=given.get("metadata", {}),
            payment_method_types=given.get("allowed_payment_method_types", ["card"]),
            transfer_group=given.get("transfer_group"),
            automatic_payment_methods=None,
            canceled_at=None,
            last_payment_error=None,
            next_action=None,
            processing=None,
            shipping=None,
            transfer_data=None,
            status="requires_payment_method",
        )
        made["client_secret"] = f"{made['id']}_secret_{secrets.token_hex(8)}"
        self.intents[made["id"]] = made
        return made

    def get_intent(self, id_: str, given: Json) -> Json:
        """/api/payment_intents/retrieve and /api/expanding_objects."""
        check_parameters(given, params.PaymentIntentRetrieveParams)
        found = copy.deepcopy(self._intent(id_))
        if "latest_charge" in given.get("expand", []) and found["latest_charge"]:
            found["latest_charge"] = self.charges[found["latest_charge"]]
        return found

    def list_intents(self, given: Json) -> Json:
        """/api/payment_intents/list and /api/pagination: newest first."""
        check_parameters(given, params.PaymentIntentListParams)
        created = given.get("created", {})
        rows = [
            each
            for each in reversed(self.intents.values())
            if int(created.get("gte", 0)) <= each["created"] <= int(created.get("lte", 1 << 40))
        ]
        page = _page(rows, given, "/v1/payment_intents")
        if "data.latest_charge" in given.get("expand", []):
            for each in page["data"]:
                each["latest_charge"] = self.charges.get(each["latest_charge"])
        return page

    def confirm_intent(self, id_: str, given: Json) -> Json:
        """/api/payment_intents/confirm with /payments/finalize-payments-on-the-server."""
        check_parameters(given, params.PaymentIntentConfirmParams)
        found = self._intent(id_)
        self._require(found, "requires_payment_method", "requires_confirmation")
        token = self.tokens.get(given.get("confirmation_token", ""))
        if token is None:
            raise invalid("resource_missing", param="confirmation_token")
        if token["payment_intent"] is not None:
            raise invalid("confirmation_token_already_used", param="confirmation_token")
        token["payment_intent"] = id_
        return self._attempt(found, CARDS[token["card"]])

    def _attempt(self, found: Json, does: str) -> Json:
        """/payments/paymentintents/lifecycle."""
        found["payment_method"] = f"pm_{secrets.token_hex(8)}"
        if does == "asks":
            found["status"] = "requires_action"
            found["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            self._send("payment_intent.requires_action", found)
            return found
        if does != "ok":
            raise self._decline(found, does)
        return self._authorise(found)

    def _decline(self, found: Json, decline_code: str) -> Refused:
        """/declines/card and /api/errors: the error has the code, the intent has the error."""
        code = decline_code if decline_code == "expired_card" else "card_declined"
        error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": code}
        found |= {"status": "requires_payment_method", "last_payment_error": error}
        found["payment_method"] = None
        self._send("payment_intent.payment_failed", found)
        more = {"decline_code": decline_code, "payment_intent": copy.deepcopy(found)}
        return Refused(402, "card_error", code, **more)

    def _authorise(self, found: Json) -> Json:
        """/payments/place-a-hold-on-a-payment-method."""
        charge = sample(
            "charge",
            "ch",
            amount=found["amount"],
            currency=found["currency"],
            payment_intent=found["id"],
            amount_captured=0,
            captured=False,
        )
        self.charges[charge["id"]] = charge
        found |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
        if found["capture_method"] != "manual":
            return self._take(found)
        found |= {"status": "requires_capture", "amount_capturable": found["amount"]}
        self._send("payment_intent.amount_capturable_updated", found)
        return found

    def answer_bank(self, id_: str, *, agrees: bool) -> Json:
        """/payments/3d-secure/authentication-flow: what Stripe.js and the bank do together."""
        found = self._intent(id_)
        self._require(found, "requires_action")
        if agrees:
            return self._authorise(found)
        code = "payment_intent_authentication_failure"
        found["last_payment_error"] = {"type": "invalid_request_error", "code": code}
        found |= {"status": "requires_payment_method", "next_action": None, "payment_method": None}
        self._send("payment_intent.payment_failed", found)
        return found

    def capture_intent(self, id_: str, given: Json) -> Json:
        """/api/payment_intents/capture: once, of what is promised."""
        check_parameters(given, params.PaymentIntentCaptureParams)
        found = self._intent(id_)
        self._require(found, "requires_capture")
        if found["metadata"].get("double") == "promise_ran_out":
            self._cancel(found, "automatic")
            raise invalid("capture_charge_authorization_expired")
        return self._take(found)

    def _take(self, found: Json) -> Json:
        charge = self.charges[found["latest_charge"]]
        charge |= {"captured": True, "amount_captured": found["amount"]}
        found |= {"status": "succeeded", "amount_received": found["amount"]}
        found["amount_capturable"] = 0
        self._send("payment_intent.succeeded", found)
        return found

    def cancel_intent(self, id_: str, given: Json) -> Json:
        """/api/payment_intents/cancel: in any state before the money is taken, without a fee."""
        check_parameters(given, params.PaymentIntentCancelParams)
        found = self._intent(id_)
        self._require(
            found,
            *("requires_payment_method", "requires_capture", "requires_confirmation"),
            "requires_action",
        )
        return self._cancel(found, given.get("cancellation_reason"))

    def _cancel(self, found: Json, reason: str | None) -> Json:
        found |= {
            "status": "canceled",
            "canceled_at": int(clock.now().timestamp()),
            "next_action": None,
        }
        found |= {"amount_capturable": 0, "cancellation_reason": reason}
        self._send("payment_intent.canceled", found)
        return found

    # Refunds

    def create_refund(self, given: Json) -> Json:
        """/api/refunds/create: never more than was taken."""
        check_parameters(given, params.RefundCreateParams)
        found = self._intent(given["payment_intent"])
        if found["status"] != "succeeded":
            raise invalid("payment_intent_unexpected_state")
        charge = self.charges[found["latest_charge"]]
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise invalid("charge_already_refunded")
        amount = int(given.get("amount", left))
        if not 0 < amount <= left:
            raise invalid("parameter_invalid_integer", param="amount")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        made = sample(
            "refund",
            "re",
            amount=amount,
            currency=found["currency"],
            charge=charge["id"],
            payment_intent=found["id"],
            metadata=given.get("metadata", {}),
            status=self.refunds_are,
        )
        self.refunds[made["id"]] = made
        self._send("refund.created", made)
        return made

    def end_refund(self, id_: str, status: str) -> None:
        """What the bank does in the end; what failed is in the merchant's balance again
        (/refunds#failed-refunds).
        """
        made = self.refunds[id_]
        made["status"] = status
        if status in ("failed", "canceled"):
            charge = self.charges[made["charge"]]
            charge["amount_refunded"] -= made["amount"]
            charge["refunded"] = False
        self._send("refund.updated", made)
        if status == "failed":
            self._send("refund.failed", made)

    def list_events(self, given: Json) -> Json:
        """/api/events/list: newest first, thirty days back."""
        check_parameters(given, params.EventListParams)
        since, until = (int(given["created"][bound]) for bound in ("gte", "lte"))
        rows = [
            each
            for each in reversed(self.events)
            if each["type"] in given["types"] and since <= each["created"] <= until
        ]
        return _page(rows, given, "/v1/events")

    def list_refunds(self, given: Json) -> Json:
        """/api/refunds/list."""
        check_parameters(given, params.RefundListParams)
        wanted = given.get("payment_intent")
        rows = [
            each for each in reversed(self.refunds.values()) if each["payment_intent"] == wanted
        ]
        return _page(rows, given, "/v1/refunds")

    # What all of them share

    def _intent(self, id_: str) -> Json:
        found = self.intents.get(id_)
        if found is None:
            raise Refused(404, "invalid_request_error", "resource_missing", param="intent")
        return found

    def _require(self, found: Json, *states: str) -> None:
        """/error-codes#payment-intent-unexpected-state."""
        if found["status"] not in states:
            raise invalid("payment_intent_unexpected_state", payment_intent=copy.deepcopy(found))

    def _send(self, kind: str, about: Json) -> None:
        """/api/events/object: the object as it was at that moment."""
        now = int(clock.now().timestamp())
        about = copy.deepcopy(about)
        made = sample("event", "evt", type=kind, created=now, data={"object": about})
        self.events.append(made)
        self.tell(made)

    def money_moved(self, payment: str) -> tuple[int, int]:
        """What was taken and given back for one of our payments."""
        own = {
            key
            for key, found in self.intents.items()
            if found["metadata"].get("showfloor_payment") == payment
        }
        charges = [each for each in self.charges.values() if each["payment_intent"] in own]
        return (
            sum(each["amount_captured"] for each in charges),
            sum(each["amount_refunded"] for each in charges),
        )


def _page(rows: list[Json], given: Json, url: str) -> Json:
    after, limit = given.get("starting_after"), int(given.get("limit", 10))
    names = [each["id"] for each in rows]
    start = names.index(after) + 1 if after else 0
    return {
        "object": "list",
        "url": url,
        "data": copy.deepcopy(rows[start : start + limit]),
        "has_more": len(rows) > start + limit,
    }
