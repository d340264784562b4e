/** A merchant's webhooks, and what became of what they were sent. */
import type { Delivery, Webhook, WebhookEvent } from "../contract";
import { Part } from "../studio/account.svelte";
import type { Studio } from "../studio/session.svelte";

type Requests = Pick<Studio, "request">;

/** A record, so that the compiler finds an event that is missing. */
const ALL: Record<WebhookEvent, true> = {
  "order.paid": true,
  "order.shipped": true,
  "order.refunded": true,
  "order.cancelled": true,
  "order.returned": true,
  "stock.changed": true,
  "stock.short": true,
  "product.sold_out": true,
  "show.started": true,
  "show.ended": true,
  "payout.sent": true,
};
export const EVENTS = Object.keys(ALL) as readonly WebhookEvent[];

const SHOWN = 10;
/** The most that the API lists at once. */
const MOST = 100;
/** Milliseconds until the log is read again while something that was just sent is on its way. */
const PAUSES = [1000, 2000, 4000, 8000];
const EVER = "2000-01-01T00:00:00Z";

/** What a form says of a webhook. `merchant_id` is not in a change. */
export interface WebhookFields {
  url: string;
  events: WebhookEvent[];
  merchant_id?: string;
}

/** The message's key of what is wrong, for each field. */
export const missing = ({ url, events }: WebhookFields): { url?: string; events?: string } => ({
  ...(url.trim() ? {} : { url: "hooks.field_url" }),
  ...(events.length ? {} : { events: "hooks.field_events" }),
});

export interface Log {
  deliveries: Delivery[];
  more: boolean;
}

const isOnItsWay = ({ state, attempts }: Delivery) => state === "waiting" && attempts === 0;

export class Webhooks {
  readonly part: Part<Webhook>;
  /** A secret that was just made, and whose. It is in this page's memory only, and gone with it. */
  secret = $state.raw<{ id: string; value: string } | null>(null);
  /** The newest deliveries, by webhook. */
  logs = $state.raw<Record<string, Log>>({});
  private readonly limits: Record<string, number> = {};
  /** How often each log was asked for: of two answers the later question's is kept. */
  private readonly asked: Record<string, number> = {};
  private left = false;

  constructor(private readonly studio: Requests) {
    this.part = new Part(
      studio,
      async () => (await studio.request<{ webhooks: Webhook[] }>("/webhooks")).webhooks,
    );
  }

  async add(fields: WebhookFields): Promise<boolean> {
    type Made = Webhook & { secret: string };
    const options = { method: "POST", body: fields } as const;
    const made = await this.part.step<Made>("/webhooks", options, "hooks.added");
    if (made) this.secret = { id: made.id, value: made.secret };
    return made !== null;
  }

  async change({ id }: Webhook, { url, events }: WebhookFields): Promise<boolean> {
    const options = { method: "PATCH", body: { url, events } } as const;
    return (await this.part.step(`/webhooks/${id}`, options, "hooks.changed")) !== null;
  }

  async rotate({ id }: Webhook): Promise<void> {
    const options = { method: "POST" } as const;
    const path = `/webhooks/${id}/secret`;
    const made = await this.part.step<{ secret: string }>(path, options, "hooks.rotated");
    if (made) this.secret = { id, value: made.secret };
  }

  async turn({ id }: Webhook, on: boolean): Promise<void> {
    const options = { method: "PATCH", body: { on } } as const;
    await this.part.step(`/webhooks/${id}`, options, on ? "hooks.turned_on" : "hooks.turned_off");
    await this.follow(id);
  }

  async remove({ id }: Webhook): Promise<boolean> {
    const options = { method: "DELETE" } as const;
    const removed = await this.part.step(`/webhooks/${id}`, options, "hooks.removed");
    if (removed && this.secret?.id === id) this.secret = null;
    return removed !== null;
  }

  test = (webhook: Webhook) => this.send(webhook, "test", undefined, "hooks.tested");

  replay = (webhook: Webhook, { id }: Delivery) =>
    this.send(webhook, "replay", { deliveries: [id] }, "hooks.replayed");

  replayFailed = (webhook: Webhook) =>
    this.send(webhook, "replay", { failed_since: EVER }, "hooks.replayed");

  async readLog(id: string): Promise<void> {
    const limit = this.limits[id] ?? SHOWN;
    const turn = (this.asked[id] = (this.asked[id] ?? 0) + 1);
    try {
      const path = `/webhooks/${id}/deliveries?limit=${limit}`;
      type Answer = { deliveries: Delivery[]; next_cursor: string | null };
      const { deliveries, next_cursor } = await this.studio.request<Answer>(path);
      if (turn !== this.asked[id]) return;
      const more = next_cursor !== null && limit < MOST;
      this.logs = { ...this.logs, [id]: { deliveries, more } };
    } catch {
      // The list says what is wrong; a log that did not load stays as it was.
    }
  }

  /** The log, and how many wait and since when nothing was taken, which are in the list. */
  async refresh(id: string): Promise<void> {
    await Promise.all([this.readLog(id), this.part.load()]);
  }

  /** Earlier deliveries, too, from now on. */
  async readMore(id: string): Promise<void> {
    this.limits[id] = MOST;
    await this.readLog(id);
  }

  /** The page was left. */
  leave(): void {
    this.left = true;
  }

  private async send(
    { id }: Webhook,
    what: "test" | "replay",
    body: object | undefined,
    done: string,
  ): Promise<void> {
    const options = { method: "POST", ...(body && { body }) } as const;
    await this.part.step(`/webhooks/${id}/${what}`, options, done);
    await this.follow(id);
  }

  /** The log now, and again while something in it was not tried yet; the caller need not wait for that. */
  private async follow(id: string): Promise<void> {
    await this.readLog(id);
    void this.watch(id);
  }

  private async watch(id: string): Promise<void> {
    for (const pause of PAUSES) {
      if (!this.logs[id]?.deliveries.some(isOnItsWay)) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.left) return;
      await this.refresh(id);
    }
  }
}
