"""What an installation lacks, in words: for `showfloor doctor` and for whoever starts it."""

from __future__ import annotations

from showfloor.app.settings import Settings
from showfloor.kit.objects import Objects, ObjectsUnavailable, Reason
from showfloor.notices.adapters.smtp import SmtpMailer, Trouble

STORAGE_SECONDS = 10.0
MAIL_SECONDS = 10.0
_STORAGE: dict[Reason, str] = {
    "bucket_missing": "there is no such bucket: correct SHOWFLOOR_STORAGE_URL, or make it",
    "access_denied": (
        "it refuses the key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to one that may list "
        "the bucket and read, write and delete objects"
    ),
    "busy": "it answers that it cannot now: look at the state of the service",
    "unreachable": (
        "it does not answer: check AWS_ENDPOINT_URL, AWS_REGION and the way out of this machine"
    ),
    "refused": "it refuses the requests: check AWS_REGION and AWS_ENDPOINT_URL",
}
_MAILS: dict[Trouble, str] = {
    Trouble.AWAY: (
        "it does not answer: check host and port of SHOWFLOOR_SMTP_URL, and whether the way out of "
        "this machine is open (many networks close port 25)"
    ),
    Trouble.CERTIFICATE: (
        "its certificate is for another name, has run out, or is signed by nobody whom this "
        "machine believes"
    ),
    Trouble.TLS: (
        "encryption with it fails: scheme and port of SHOWFLOOR_SMTP_URL may not fit (smtps:// is "
        "usually 465, smtp:// 587)"
    ),
    Trouble.NO_TLS: (
        "it offers no encryption, without which no password is sent: use smtps:// or another port"
    ),
    Trouble.NO_LOGIN: (
        "it takes no user and password here: use the port for programs that send (usually 587 or "
        "465), or leave them out of SHOWFLOOR_SMTP_URL"
    ),
    Trouble.LOGIN: (
        "it refuses user and password: correct SHOWFLOOR_SMTP_URL, and percent-encode what a URL "
        "reserves"
    ),
    Trouble.SENDER: "it takes no mail from SHOWFLOOR_MAIL_FROM: allow that address there",
    Trouble.LATER: "it asks to come again later: look at its limits, and ask again",
    Trouble.REFUSES: "it refuses to talk to this machine: look at its log",
}
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
    if settings.mode == "production" and settings.smtp_server is None:
        found.append(
            "Buyers get no mail: set SHOWFLOOR_SMTP_URL and SHOWFLOOR_MAIL_FROM "
            "(docs/operate/mails.md)."
        )
    if settings.mode == "production" and not settings.operator:
        found.append(
            "The privacy notice does not say who runs this site (GDPR Art. 13(1)(a)): set "
            "SHOWFLOOR_OPERATOR to a name and a way to reach it."
        )
    if settings.mode == "production" and settings.stripe_keys is not None:
        if "_test_" in settings.stripe_keys.secret_key:
            found.append("Stripe's keys are for testing: orders are placed and no money moves.")
        if not settings.secure:
            found.append(
                "SHOWFLOOR_BASE_URL is not https: browsers offer no wallets, and Stripe calls no "
                "webhook there."
            )
    return [*found, *_storage_findings(settings)]


async def mail_findings(settings: Settings) -> list[str]:
    """Asks the mail server whether it would take a mail of ours; none is sent."""
    if settings.smtp_server is None:
        return []
    trouble = await SmtpMailer(settings.smtp_server, seconds=MAIL_SECONDS).check()
    if trouble is None:
        return []
    return [
        f"Nobody gets a mail, because the mail server cannot be used: {_MAILS[trouble]} "
        "(docs/operate/mails.md)."
    ]


def _storage_findings(settings: Settings) -> list[str]:
    """Asks the store, and waits for its answer some seconds at most."""
    if not settings.storage_url:
        return []
    try:
        Objects(settings.storage_url, seconds=STORAGE_SECONDS).check()
    except ObjectsUnavailable as problem:
        return [
            f"Recordings stay on this disk alone, because object storage cannot be used: "
            f"{_STORAGE[problem.reason]} (docs/operate/storage.md)."
        ]
    return []
