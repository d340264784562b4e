"""What an installation lacks, in words: for `showfloor doctor` and for whoever starts it."""

from __future__ import annotations

from showfloor.app.settings import Settings

_PAYMENTS = {
    "stripe_secret_key": "the secret or restricted key, from Stripe's dashboard under API keys",
    "stripe_publishable_key": "the publishable key, from the same page",
    "stripe_webhook_secrets": "the signing secret of the webhook endpoint that you add there",
}


def findings(settings: Settings) -> list[str]:
    """A sentence for each thing that is missing; none of them repeats a secret."""
    found = [
        f"No money can be taken: set SHOWFLOOR_{name.upper()}, {_PAYMENTS[name]} "
        "(docs/operate/payments.md)."
        for name in settings.payments_missing
    ]
    if settings.mode == "production" and settings.stripe_keys is not None:
        if "_test_" in settings.stripe_keys.secret_key:
            found.append("Stripe's keys are for testing: orders are placed and no money moves.")
        if not settings.secure:
            found.append(
                "SHOWFLOOR_BASE_URL is not https: browsers offer no wallets, and Stripe calls no "
                "webhook there."
            )
    return found
