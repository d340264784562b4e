/** One show as its host sees it: signal and sales asked for every two seconds, viewers and cues
 *  from the room. */
import type {
  Announcement,
  Cue,
  Disclosure,
  NewAnnouncement,
  Pin,
  PublishTicket,
  Sales,
  StudioView,
} from "../contract";
import type { Device } from "../device/device.svelte";
import { isPin, learn, learnAll, openAnnouncements, openPins, type CueTable } from "../player/cues";
import { listen } from "../room/connection";
import { cuesOf, stockOf } from "../room/fold";
import { problemOf, type Problem } from "../api/client";
import { readNumber } from "../shop/item-numbers";
import { Ending } from "./ending.svelte";
import { pinNext, toggle, unpinNewest, type Action } from "./pinning";
import { Said, type ChatListener } from "./said";
import type { Studio } from "./session.svelte";

const POLL = 2000;
const UNDO = 10_000;

export class ShowConsole {
  view = $state.raw<StudioView | null>(null);
  sales = $state.raw<Sales | null>(null);
  viewers = $state<number | null>(null);
  hearts = $state<number | null>(null);
  /** Another number when what is asked has changed. */
  questions = $state<number | null>(null);
  stock = $state.raw<Readonly<Record<string, number>>>({});
  /** Why the last action was refused, and, apart from it, why the state of the show cannot be
   *  read. */
  problem = $state.raw<Problem | null>(null);
  silence = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** A key that was just made. It is in this page's memory only, and gone with it. */
  streamKey = $state<string | null>(null);
  /** This device as the camera, once the host has opened it; its code is loaded with it. */
  device = $state.raw<Device | null>(null);
  readonly ending: Ending;
  #cues = $state.raw<CueTable>(new Map());
  #clockOffset = 0;
  #undo = $state.raw<{ actions: Action[]; until: number } | null>(null);
  #timers: ReturnType<typeof setInterval>[] = [];
  #hangUp: (() => void) | null = null;
  #stopped = false;
  /** Counts the questions, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  readonly #said = new Said();
  #queue: Promise<unknown> = Promise.resolve();
  /** The action that is under way. */
  #acting: Promise<unknown> = Promise.resolve();

  readonly show = $derived(this.view?.show ?? null);
  readonly products = $derived(this.show?.products ?? []);
  readonly open = $derived(openPins(this.#cues));
  readonly pinnedIds = $derived(new Map(this.open.map((cue) => [cue.payload.product_id, cue])));
  readonly shownIds = $derived(
    new Set([...this.#cues.values()].filter(isPin).map((cue) => cue.payload.product_id)),
  );
  readonly lastPinned = $derived(
    [...this.#cues.values()]
      .filter(isPin)
      .sort((a, b) => Date.parse(b.start) - Date.parse(a.start))[0]?.payload.product_id ?? null,
  );
  readonly receiving = $derived(this.view?.ingest.state === "publishing");
  readonly onAir = $derived(this.show?.state === "live" || this.show?.state === "interrupted");
  /** On the air for the team alone. */
  readonly rehearsing = $derived(this.show?.state === "rehearsal");
  readonly takesCues = $derived(this.onAir || this.rehearsing);
  readonly mayPin = $derived(this.receiving && this.takesCues);
  readonly mayUndo = $derived(this.#undo !== null);

  constructor(
    readonly studio: Studio,
    readonly showId: string,
  ) {
    this.ending = new Ending(showId, (leaving) => this.#end(leaving));
  }

  start(): void {
    void this.#ask().then(() => this.#askSales());
    void this.studio
      .request<{ cues: Cue[] }>(`/shows/${this.showId}/timeline`)
      .then(({ cues }) => (this.#cues = learnAll(this.#cues, cues)))
      .catch(() => undefined);
    this.#timers = [
      setInterval(() => void this.#ask(), POLL),
      setInterval(() => void this.#askSales(), POLL),
    ];
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.forEach(clearInterval);
    this.#hangUp?.();
    this.device?.close();
  }

  serverNow = (): number => Date.now() + this.#clockOffset;

  async #ask(): Promise<void> {
    const number = ++this.#asked;
    try {
      const view = await this.studio.request<StudioView>(`/shows/${this.showId}/studio`);
      if (this.#stopped || number < this.#shown) return;
      this.#shown = number;
      const first = this.view === null;
      this.view = view;
      this.silence = null;
      if (first && this.onAir) this.ending.resume();
      this.#hangUp ??= this.#listen(view.show.playback.events_url);
    } catch (error) {
      if (number > this.#shown) this.silence = problemOf(error);
    }
  }

  async #askSales(): Promise<void> {
    // Nothing is sold in a rehearsal: what its test buyers did comes with the view. Before the view
    // is there nobody knows that it is none.
    if (this.#stopped || !this.show || this.rehearsing) return;
    this.sales = await this.studio
      .request<Sales>(`/shows/${this.showId}/sales`)
      .catch(() => this.sales);
  }

  #listen(url: string): () => void {
    // A host in the studio is no viewer.
    return listen(`${url}?watching=0`, {
      changed: (room) => {
        this.viewers = room.viewers;
        this.hearts = room.hearts;
        this.questions = room.questions;
        this.stock = stockOf(room);
        this.#clockOffset = room.clockOffset ?? 0;
        this.#cues = learnAll(this.#cues, cuesOf(room));
        this.#said.set(room.entries.chat);
      },
      connected: (open) => open && this.#said.hear(null),
      said: (event) => this.#said.hear(event),
    });
  }

  /** The chat comes later than the room, and anew after each look at another tab. */
  follow = (chat: ChatListener): (() => void) => this.#said.follow(chat);

  /** After something of the show was stored by another way than `act`. */
  refresh(): Promise<void> {
    return this.#ask();
  }

  /** Asks the server, then shows its new view, or does what else has to follow; a refusal is said and
   *  changes nothing. */
  async act(
    run: () => Promise<unknown>,
    afterwards: () => unknown = () => this.#ask(),
  ): Promise<boolean> {
    if (this.busy) return false;
    const acting = this.#act(run, afterwards);
    this.#acting = acting;
    return acting;
  }

  async #act(run: () => Promise<unknown>, afterwards: () => unknown): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await run();
      await afterwards();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Afterwards there is no show to ask about. */
  endRehearsal = () =>
    this.act(
      () => this.studio.request(`/shows/${this.showId}/rehearsal`, { method: "DELETE" }),
      () => this.stop(),
    );

  goLive = () => this.act(() => this.#post("/go-live"));
  addProduct = (product_id: string) => this.act(() => this.#post("/products", { product_id }));
  /** The whole shelf in its new order; N and the digits follow it. */
  arrange = (product_ids: string[]) =>
    this.act(() =>
      this.studio.request(`/shows/${this.showId}/products`, {
        method: "PUT",
        body: { product_ids },
      }),
    );
  /** What a product is called in this show: `mine 12`. What is typed while another action is under way
   *  is sent after it. */
  number = async (id: string, typed: string): Promise<boolean> => {
    const item_number = readNumber(typed);
    if (item_number === null) {
      this.problem = { code: "item_number_invalid", status: 0 };
      return false;
    }
    const path = `/shows/${this.showId}/products/${id}/number`;
    return this.#actInTurn(() =>
      this.studio.request(path, { method: "PUT", body: { item_number } }),
    );
  };
  removeProduct = (id: string) =>
    this.act(() =>
      this.studio.request(`/shows/${this.showId}/products/${id}`, { method: "DELETE" }),
    );
  change = (body: object) =>
    this.act(() => this.studio.request(`/shows/${this.showId}`, { method: "PATCH", body }));
  makeKey = () =>
    this.act(async () => {
      this.streamKey = (await this.#post<{ stream_key: string }>("/stream-key")).stream_key;
    });

  /** Before going live it is what the host says; on the air each label is a cue of its own. */
  readonly disclosed = $derived.by((): ReadonlySet<Disclosure> => {
    if (!this.takesCues) return new Set(this.view?.disclosures ?? []);
    return new Set(this.#labels().map(([disclosure]) => disclosure));
  });

  /** Whether the host has said what viewers must be told, if only that it is nothing. */
  readonly answered = $derived(this.view?.disclosures != null);
  readonly mayGoLive = $derived(this.receiving && this.answered);
  discloseNothing = () => this.change({ disclosures: [] });

  disclose = (disclosure: Disclosure, holds: boolean): Promise<boolean> =>
    this.act(async () => {
      if (!this.takesCues) {
        const said = new Set(this.disclosed);
        if (holds) said.add(disclosure);
        else said.delete(disclosure);
        const body = { disclosures: [...said] };
        await this.studio.request(`/shows/${this.showId}`, { method: "PATCH", body });
        return;
      }
      const open = this.#labels().find(([of]) => of === disclosure)?.[1];
      const cue = holds
        ? await this.#post<Cue>("/cues", { kind: "disclosure", disclosure })
        : open &&
          (await this.studio.request<Cue>(`/cues/${open.id}/end`, { method: "POST", body: {} }));
      if (cue) this.#cues = learn(this.#cues, cue);
    });

  /** On the picture or still to come at `moment` (ms since the epoch, show clock). */
  announcementsAt = (moment: number): Announcement[] => openAnnouncements(this.#cues, moment);

  announce = (body: Omit<NewAnnouncement, "kind">): Promise<boolean> =>
    this.act(async () => {
      const cue = await this.#post<Cue>("/cues", { kind: "announcement", ...body });
      this.#cues = learn(this.#cues, cue);
    });

  takeDown = ({ id }: Announcement): Promise<boolean> =>
    this.act(async () => {
      const path = `/cues/${id}/end`;
      this.#cues = learn(
        this.#cues,
        await this.studio.request<Cue>(path, { method: "POST", body: {} }),
      );
    });

  #labels(): [Disclosure, Cue][] {
    return [...this.#cues.values()].flatMap((cue): [Disclosure, Cue][] =>
      cue.end === null && "disclosure" in cue.payload ? [[cue.payload.disclosure, cue]] : [],
    );
  }

  /** What this device publishes with. */
  ticket = () => this.#post<PublishTicket>("/publish-ticket");

  pinNext = () => this.#inTurn(() => pinNext(this.products, this.lastPinned));
  toggle = (index: number) => this.#inTurn(() => toggle(this.products, this.open, index));
  unpin = () => this.#inTurn(() => unpinNewest(this.open));

  /** Keys come faster than answers: each is carried out after the one before, and decided by what
   *  is pinned by then. */
  #inTurn(decide: () => Action): Promise<void> {
    const turn = this.#queue.then(() => (this.mayPin ? this.#perform(decide()) : undefined));
    this.#queue = turn;
    return turn;
  }

  #actInTurn(run: () => Promise<unknown>): Promise<boolean> {
    const turn = this.#queue.then(async () => {
      while (this.busy) await this.#acting;
      return this.act(run);
    });
    this.#queue = turn;
    return turn;
  }

  async #perform(action: Action): Promise<void> {
    if (action.do === "nothing") return;
    const before = this.open;
    let back: Action[] = [];
    const done = await this.act(async () => {
      back = await this.#carryOut(action, before);
    });
    if (done) this.#offerUndo(back);
  }

  undo(): Promise<void> {
    const turn = this.#queue.then(() => this.#undoNow());
    this.#queue = turn;
    return turn;
  }

  async #undoNow(): Promise<void> {
    const kept = this.#undo;
    this.#undo = null;
    if (!kept) return;
    await this.act(async () => {
      for (const action of kept.actions) await this.#carryOut(action, this.open);
    });
  }

  /** Answers what would undo it. */
  async #carryOut(action: Action, before: Pin[]): Promise<Action[]> {
    if (action.do === "pin") {
      const cue = await this.#post<Pin>("/cues", {
        kind: "pin",
        product_id: action.productId,
        replace: action.replace,
      });
      this.#cues = learn(this.#cues, cue);
      const replaced = action.replace ? before.toReversed() : [];
      return [
        { do: "unpin", cueId: cue.id },
        ...replaced.map((old): Action => ({
          do: "pin",
          productId: old.payload.product_id,
          replace: false,
        })),
      ];
    }
    if (action.do === "unpin") {
      const cue = await this.studio.request<Pin>(`/cues/${action.cueId}/end`, {
        method: "POST",
        body: {},
      });
      this.#cues = learn(this.#cues, cue);
      return [{ do: "pin", productId: cue.payload.product_id, replace: false }];
    }
    return [];
  }

  #offerUndo(actions: Action[]): void {
    const offer = { actions, until: Date.now() + UNDO };
    this.#undo = offer;
    setTimeout(() => {
      if (this.#undo === offer) this.#undo = null;
    }, UNDO);
  }

  #end(leaving: boolean): void {
    const ended = () =>
      this.studio.request(`/shows/${this.showId}/end`, { method: "POST", body: {}, leaving });
    // Nobody is left to read the answer; a pin that is under way must not hold it up.
    if (leaving) void ended().catch(() => undefined);
    else this.#queue = this.#queue.then(() => this.#endNow(ended));
  }

  /** Not by `act`, which does nothing while another action is under way: an end is never dropped. */
  async #endNow(ended: () => Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await ended();
      await this.#ask();
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  #post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.studio.request<T>(`/shows/${this.showId}${path}`, { method: "POST", body });
  }
}
