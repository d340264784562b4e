"""What the worker does besides handing on events: each job with how often it looks by itself, what
wakes it sooner, and what it needs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from showfloor.app.settings import Settings
from showfloor.app.wiring import connect_erasers, fees, outbound
from showfloor.checkout import service as checkout
from showfloor.checkout import tasks as checkout_tasks
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.feeds import tasks as feeds_tasks
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.feeds.adapters.pictures import PictureFolder
from showfloor.identity import service as identity
from showfloor.kit import idempotency, outbox
from showfloor.kit.db import Database, Session
from showfloor.kit.jobs import Job
from showfloor.kit.objects import UPLOAD_JOB
from showfloor.ledger import tasks as ledger_tasks
from showfloor.media import service as media
from showfloor.notices import service as notices
from showfloor.notices import tasks as notices_tasks
from showfloor.notices.adapters.smtp import SmtpMailer
from showfloor.notices.views import Office
from showfloor.offers import service as offers
from showfloor.offers import tasks as offers_tasks
from showfloor.orders import service as orders
from showfloor.privacy import service as privacy
from showfloor.realtime import service as realtime
from showfloor.replays import tasks as replays_tasks
from showfloor.replays.adapters.cutter import ProcessCutter
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.replays.adapters.objects import ObjectStorage
from showfloor.replays.adapters.painter import ProcessPainter
from showfloor.replays.adapters.storage import Storage
from showfloor.replays.service import CLIPS, PICTURES, REPLAYS, SUBTITLES
from showfloor.room import service as room
from showfloor.shows import tasks as shows_tasks
from showfloor.stock import tasks as stock_tasks
from showfloor.stock.service import FREED
from showfloor.viewers import service as viewers
from showfloor.web.templating import label_fonts
from showfloor.webhooks import service as webhooks
from showfloor.webhooks import tasks as webhooks_tasks
from showfloor.webhooks.adapters.sender import Sender


def mail_jobs(settings: Settings) -> list[Job]:
    """None are sent where nobody carries them: they wait for three days, should somebody soon."""
    server = settings.smtp_server
    if server is None:
        return []
    office = Office(
        settings.public_urls.base, settings.secret.encode(), server.sender.rpartition("@")[2]
    )
    send = partial(notices_tasks.send_mails, mailer=SmtpMailer(server), office=office)
    return [Job("send mails", 60.0, send, wakes=notices_tasks.MAILS)]


def import_jobs(settings: Settings) -> list[Job]:
    folder = ImportFolder(settings.data)
    caller = outbound(settings)
    run = partial(feeds_tasks.run_imports, folder=folder, outbound=caller)
    pictures = PictureFolder(settings.data / "uploads")
    fetch = partial(feeds_tasks.fetch_pictures, folder=pictures, outbound=caller)
    forget = partial(feeds_tasks.forget_old, folder=folder)
    return [
        Job("run imports", 60.0, run, wakes=feeds_tasks.IMPORTS),
        Job("fetch pictures of imports", 60.0, fetch, wakes=feeds_tasks.PICTURES),
        Job("forget old imports", 3600.0, forget),
    ]


def ledger_jobs(settings: Settings) -> list[Job]:
    missing = partial(ledger_tasks.book_missing, fees=fees(settings))
    return [
        Job("book missing orders", 24 * 3600.0, missing),
        Job("check the books", 3600.0, ledger_tasks.check_balance),
    ]


def webhook_jobs(settings: Settings) -> list[Job]:
    lanes = webhooks.Lanes(Sender(outbound(settings), secret=settings.secret))
    send = partial(webhooks_tasks.send_webhooks, lanes=lanes)
    return [Job("send webhooks", 10.0, send, wakes=webhooks.WEBHOOKS)]


def privacy_jobs(settings: Settings) -> list[Job]:
    """Needs the registry: `connect_erasers`."""
    connect_erasers()

    async def erase(database: Database) -> None:
        await privacy.carry_out_erasures(database, secret=settings.secret)

    async def decide(database: Database) -> None:
        await privacy.carry_out_cases(database, secret=settings.secret)

    return [
        Job("carry out erasures", 60.0, erase, wakes=privacy.ERASURES),
        Job("decide overdue suspicions", 60.0, decide, wakes=privacy.CASES),
    ]


def storage_jobs(settings: Settings, storage: DiskStorage) -> list[Job]:
    """What copies recordings to object storage, where there is one."""
    if not isinstance(storage, ObjectStorage):
        return []
    return [
        Job(UPLOAD_JOB, 10.0, partial(replays_tasks.upload_recordings, storage=storage)),
        Job(
            "prune recordings",
            300.0,
            partial(
                replays_tasks.prune_recordings,
                storage=storage,
                keep=timedelta(days=settings.storage_keep_days),
                free=settings.storage_free_mb << 20,
            ),
        ),
        Job(
            "delete leftovers of recordings",
            3600.0,
            partial(replays_tasks.delete_leftovers, storage=storage),
        ),
    ]


def periodic_jobs(
    providers: Mapping[str, PaymentProvider], storage: Storage, *, hold_seconds: float
) -> list[Job]:
    """`hold_seconds`: no hold that is made from now on runs out earlier, so looking that often
    misses none.
    """
    return [
        Job("release expired holds", min(hold_seconds, 10.0), stock_tasks.release_expired),
        # No drop that is announced from now on has anything to do sooner than its countdown lasts.
        Job("end drops", 5.0, offers_tasks.end_drops),
        Job("end coupons", 30.0, offers_tasks.end_coupons),
        # Nobody else gets what is free meanwhile.
        Job("offer freed pieces", 5.0, offers_tasks.offer_freed, wakes=FREED),
        Job(
            "settle open payments",
            10.0,
            partial(checkout_tasks.settle_open_payments, providers=providers),
            wakes=checkout_tasks.PAYMENTS,
        ),
        Job(
            "carry out refunds",
            10.0,
            partial(checkout_tasks.settle_open_refunds, providers=providers),
            wakes=checkout_tasks.REFUNDS,
        ),
        Job(
            "compare payments with their providers",
            3600.0,
            partial(checkout_tasks.reconcile, providers=providers),
        ),
        Job("end old rehearsals", 60.0, shows_tasks.end_old_rehearsals),
        Job("interrupt lost shows", 5.0, shows_tasks.interrupt_lost_shows),
        Job(
            "publish replays",
            60.0,
            partial(replays_tasks.publish_replays, storage=storage),
            wakes=REPLAYS,
        ),
        Job(
            "draw replay pictures",
            60.0,
            partial(replays_tasks.draw_pictures, storage=storage, painter=ProcessPainter()),
            wakes=PICTURES,
        ),
        Job(
            "make clips",
            60.0,
            partial(
                replays_tasks.make_clips,
                storage=storage,
                cutter=ProcessCutter(),
                fonts=label_fonts(),
            ),
            wakes=CLIPS,
        ),
        Job(
            "write subtitles",
            60.0,
            partial(replays_tasks.write_subtitles, storage=storage),
            wakes=SUBTITLES,
        ),
        Job(
            "delete outlived replays",
            3600.0,
            partial(replays_tasks.delete_outlived, storage=storage),
        ),
        Job("forget abandoned checkouts", 60.0, checkout_tasks.forget_abandoned),
        Job("forget networks", 60.0, stock_tasks.forget_clients),
        Job("forget old holds", 3600.0, stock_tasks.forget_old_holds),
        Job("forget old room events", 300.0, partial(_in_batches, realtime.forget_old_events)),
        Job("forget old answers", 3600.0, partial(_in_batches, idempotency.forget_old)),
        Job(
            "forget old invitations", 3600.0, partial(_in_batches, identity.forget_old_invitations)
        ),
        Job("forget old sessions", 3600.0, partial(_in_batches, identity.forget_old_sessions)),
        Job("forget old sign-ins", 3600.0, partial(_in_batches, viewers.forget_old_sign_ins)),
        Job("forget old reminders", 3600.0, partial(_in_batches, viewers.forget_old_reminders)),
        Job("remind of shows", 60.0, notices_tasks.remind_of_shows),
        Job(
            "forget old viewer sessions", 3600.0, partial(_in_batches, viewers.forget_old_sessions)
        ),
        Job("forget old records", 3600.0, partial(_in_batches, identity.forget_old_records)),
        Job("forget old suspicions", 3600.0, partial(_in_batches, privacy.forget_old_cases)),
        Job("forget old counts", 3600.0, partial(_in_batches, identity.forget_old_counts)),
        Job("forget old events", 3600.0, partial(_in_batches, outbox.forget_old)),
        Job("forget old refusals", 3600.0, partial(_in_batches, media.forget_old_refusals)),
        Job("forget old messages", 3600.0, partial(_in_batches, room.forget_old)),
        Job("forget old mails", 3600.0, partial(_in_batches, notices.forget_old)),
        Job("forget old webhooks", 3600.0, partial(_in_batches, webhooks.forget_old)),
        Job("forget old claimants", 3600.0, partial(_in_batches, offers.forget_old_claimants)),
        Job("forget old waits", 3600.0, partial(_in_batches, offers.lapse_old)),
        Job("forget old buyers", 86400.0, partial(_in_batches, orders.forget_old_buyers)),
        Job("forget old callbacks", 3600.0, partial(_in_batches, checkout.forget_old_callbacks)),
    ]


async def _in_batches(forget: Callable[[Session], Awaitable[int]], database: Database) -> None:
    """A transaction for each batch, until nothing is left: one that fails costs its own rows, and
    another job nothing.
    """
    forgotten = 1
    while forgotten:
        async with database.session() as session:
            forgotten = await forget(session)
