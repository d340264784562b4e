/** The one store of a show page: the room and the player report, requests go up, and what the
 *  server said comes down. */
import { tick, type Component } from "svelte";
import type { Chat } from "../chat/talk.svelte";
import type {
  Announcement,
  ChatEvent,
  Cue,
  Disclosure,
  DropCue,
  Pin,
  Product,
  Show,
} from "../contract";
import type { Language } from "../i18n/i18n";
import type { ShowPageData } from "../page";
import { isTooMuch, withStall } from "../player/audio-only";
import {
  announcementAt,
  disclosuresAt,
  dropAt,
  learnAll,
  openPins,
  pinsAt,
  type CueTable,
} from "../player/cues";
import type { Status } from "../player/playback";
import { savesData } from "../player/save-data";
import { cuesOf, empty, showOf, stockOf, type Room } from "../room/fold";
import type { Stretch } from "../player/stretches";
import { Buying } from "./buying.svelte";
import { MOST } from "../chat/most";
import { Coupons } from "./coupons.svelte";
import { Delivery } from "./delivery.svelte";
import type { Form } from "./form";
import { readForm, writeForm } from "./kept";
import type { Chapter } from "./chapters";
import * as navigation from "./navigation";
import { isSheet, type View } from "./navigation";
import { sceneOf, type Scene } from "./scene";
import { findVariant } from "./variants";
import type { WaitParts } from "../waits/types";

const TALL = 9 / 16;
/** A film's and a phone's, and nothing beyond: the page has to have room for its goods. */
const WIDEST = 21 / 9;

/** Milliseconds in which there is nothing to go back to. */
const YOUNG = 60_000;

const shapeOf = (ratio: number | null): number =>
  Math.min(WIDEST, Math.max(1 / WIDEST, ratio ?? TALL));

export class ShowStore {
  readonly buying: Buying;
  readonly delivery: Delivery;
  readonly coupons: Coupons;
  #place = $state.raw(navigation.atShow);
  status = $state<Status>("starting");
  played = $state(false);
  /** A form can be sent from here. */
  takesOrders = $state(true);
  behind = $state<number | null>(null);
  muted = $state(true);
  /** The stream carries no picture. */
  soundOnly = $state(false);
  /** The viewer hears the show without its picture: asked for it, or the network made it so. */
  audioOnly = $state<"asked" | "slow" | null>(null);
  #stalls: number[] = [];
  #soundless = $state(false);
  #staysPictured = false;
  /** Width over height: the running video's own, or the poster's. */
  videoRatio = $state<number | null>(null);
  posterRatio = $state<number | null>(null);
  /** A wide picture takes the whole place: on a phone's side, in full screen. */
  theatre = $state(false);
  /** A third column has room beside a tall picture. */
  broad = $state(false);
  /** The recording of an ended show is being watched. */
  replaying = $state(false);
  /** It is a live show's, watched from the beginning. */
  rewound = $state(false);
  /** Seconds into it. */
  position = $state(0);
  stretches = $state.raw<Stretch[]>([]);
  /** Its products in the order in which they were shown; the replay's controls fill it in. */
  chapters = $state.raw<Chapter[]>([]);
  /** After the end: the show that comes next. */
  next = $state.raw<Show | null>(null);
  online = $state(true);
  roomOpen = $state<boolean | null>(null);
  pins = $state.raw<Pin[]>([]);
  /** What the picture on screen must be labelled with. */
  disclosures = $state.raw<Disclosure[]>([]);
  /** What the picture on screen announces. */
  drop = $state.raw<DropCue | null>(null);
  /** What the team has written on the picture. */
  announcement = $state.raw<Announcement | null>(null);
  #putAway: string | null = null;
  /** Its card, once its code has come. */
  DropCard = $state.raw<Component<{ cue: DropCue }> | null>(null);
  CouponCard = $state.raw<Component | null>(null);
  CouponStrip = $state.raw<Component | null>(null);
  /** A coupon has a line above the products instead. */
  readonly couponAside = $derived.by(
    () =>
      !this.clip &&
      this.sells &&
      this.coupons.shown !== null &&
      !this.couponNow &&
      (this.coupons.own !== null ||
        this.coupons.problem !== null ||
        (this.coupons.shown.claimable && this.coupons.shown.left > 0)),
  );
  /** Of who waits in line, or may want to, once their code has come. */
  waits = $state.raw<WaitParts | null>(null);
  /** Where a coupon has its card: as long as it is neither claimed, put away nor over. */
  readonly couponNow = $derived.by(
    () =>
      !this.clip &&
      this.sells &&
      !this.drop &&
      this.coupons.shown !== null &&
      this.coupons.putAway !== this.coupons.shown.id &&
      (this.coupons.shown.claimable || this.coupons.own !== null),
  );
  /** The newest pin, or the one that was; the card keeps it until another comes. */
  lastPin = $state.raw<Pin | null>(null);
  /** What the guest typed, kept through every error, through closing the sheet and through a
   *  reload. */
  form: Form | null;
  /** What the product sheet begins with, where something was chosen before it opened. */
  preset: { sku: string; quantity: number } | null = null;
  #room = $state.raw<Room>(empty);
  #cues = $state.raw<CueTable>(new Map());
  #frame: number | null = null;
  #opener: HTMLElement | null = null;

  /** The part of the show that this page is about. */
  get clip() {
    return this.page.clip ?? null;
  }

  /** The browser or the person asks to save data: nothing is loaded for the picture before a tap. */
  readonly savesData: boolean;
  #playAsked = $state(false);
  readonly mayPlay = $derived.by(
    () =>
      !this.clip &&
      (this.show.state === "live" || this.show.state === "interrupted") &&
      (this.#playAsked || !this.savesData),
  );

  readonly recorded = $derived.by(
    () =>
      this.clip !== null || (this.show.state === "ended" && this.show.replay?.state === "ready"),
  );
  /** On the air, or to be watched again: its goods can be held. */
  readonly sells = $derived.by(
    () =>
      !this.page.rehearsal &&
      (this.show.state === "live" || this.show.state === "interrupted" || this.recorded),
  );
  readonly cues = $derived([...this.#cues.values()]);
  readonly duration = $derived.by(() => {
    const last = this.stretches.at(-1);
    if (last) return last.at + last.seconds;
    return this.clip?.duration_s ?? this.show.replay?.duration_s ?? 0;
  });

  readonly view = $derived(this.#place.view);
  readonly productId = $derived(this.#place.productId);
  /** What the last camera sent is known before the first frame. */
  readonly ratio = $derived.by(() =>
    shapeOf(this.videoRatio ?? this.page.show.picture_ratio ?? this.posterRatio),
  );
  readonly wide = $derived(this.ratio >= 1);
  /** A clip's other clips stand in a column of their own. */
  readonly clipsBeside = $derived.by(
    () => this.broad && !this.wide && (this.clip?.others.length ?? 0) > 0,
  );
  readonly inSheet = $derived(isSheet(this.view));
  readonly show = $derived.by(() => {
    const show = showOf(this.#room, this.page.show);
    // To its team a rehearsal is on the air.
    return show.state === "rehearsal" ? { ...show, state: "live" as const } : show;
  });
  readonly stock = $derived.by(() => ({ ...this.page.stock, ...stockOf(this.#room) }));
  /** What is left for this buyer: the pieces that the own hold keeps have not sold out, nor has what
   *  is held for them in their turn. */
  readonly forMe = $derived.by(() => {
    const stock = { ...this.stock };
    const { open } = this.buying;
    for (const { sku, quantity } of open?.lines ?? []) if (sku in stock) stock[sku]! += quantity;
    this.waits?.places.count(stock, open?.id);
    return stock;
  });
  readonly viewers = $derived(this.#room.viewers);
  readonly hearts = $derived(this.#room.hearts);
  readonly questions = $derived(this.#room.questions);
  /** Everything that this page has ever shown: goods that are held stay goods when they leave the
   *  shelf. */
  readonly catalog = $derived.by(() => [...this.show.products, ...this.page.show.products]);
  readonly knowsTime = $derived(this.#room.clockOffset !== null);
  /** The newest pin is the one on the card; older ones wait underneath. */
  readonly onScreen = $derived(this.pins[0]?.payload.product_id ?? null);
  readonly featured = $derived(
    this.#product(this.lastPin?.payload.product_id ?? this.clip?.product_id),
  );
  readonly featuredNow = $derived(this.pins.length > 0);
  /** In a recording: what the product on the card cost when it was shown. */
  readonly priceThen = $derived(this.replaying ? (this.lastPin?.payload.price ?? null) : null);
  readonly product = $derived(this.#product(this.productId));
  readonly scene = $derived.by((): Scene =>
    sceneOf({
      // A clip is a recording, whatever its show does now.
      state: this.clip ? "ended" : this.show.state,
      online: this.online,
      status: this.status,
      played: this.played,
      replay: this.replaying ? "begun" : this.recorded ? "offered" : "none",
      roomOpen: this.roomOpen,
    }),
  );

  /** The first picture waits for it no more: what else the page needs may be loaded. Who saves data
   *  has said by playing that they want the show. */
  readonly mayLoad = $derived.by(
    () => this.inSheet || (this.scene !== "starting" && (!this.savesData || this.played)),
  );

  constructor(
    readonly page: ShowPageData,
    readonly words: Language,
  ) {
    this.savesData = savesData(page);
    if (this.savesData) this.status = "paused";
    this.buying = new Buying(page.api, page.show.id);
    this.form = this.buying.hold && readForm(page.show.id);
    this.delivery = new Delivery(page.api, this.form?.country || page.country);
    this.coupons = new Coupons(page.api, page.show.id);
  }

  /** Milliseconds since the epoch by the server's clock, as near as the room lets us know it. */
  serverNow = (): number => Date.now() + (this.#room.clockOffset ?? 0);

  connected(): void {
    this.online = true;
    void this.buying.reconnected();
  }

  /** The browser's Back: one step out of what is open. */
  wentBack(): void {
    const move = navigation.wentBack(this.#place);
    if (!move) return;
    const closes = move.to.view === "show";
    this.#go(move);
    if (closes) this.#returnFocus();
  }

  /** What another tab of this browser did with the purchase. */
  async followTabs(): Promise<void> {
    await this.buying.reloadKept();
    this.leaveEmptySheet();
  }

  /** A product that left the shelf and a purchase that is none have nothing to show, not even a
   *  button to close the sheet with. */
  leaveEmptySheet(): void {
    if (this.view === "product" && !this.product) this.close();
    if (this.view === "checkout" && !this.buying.hold) this.close("show");
  }

  typed(form: Form): void {
    this.form = form;
    if (this.buying.open) writeForm(this.page.show.id, form);
  }

  roomChanged(room: Room): void {
    this.#room = room;
    this.cuesHeard(cuesOf(room));
    this.leaveEmptySheet();
  }

  cuesHeard(cues: Cue[]): void {
    this.#cues = learnAll(this.#cues, cues);
    this.#label();
    if (this.recorded && this.#frame !== null) this.#showPins(pinsAt(this.#cues, this.#frame));
    else if (this.#frame === null || this.show.state === "ended")
      this.#showPins(openPins(this.#cues));
  }

  /** A frame of this moment is on screen: exactly the cues that contain it are, too. */
  frameShown(moment: number): void {
    this.#frame = moment;
    for (const follow of this.onframes) follow(moment);
    this.#label();
    this.#showPins(pinsAt(this.#cues, moment));
  }

  /** What goes with the picture: captions, and the chat of a recording. */
  readonly onframes = new Set<(moment: number) => void>();

  /** What people say; its code comes after the picture, and until then messages wait here. */
  chat = $state.raw<Chat | null>(null);
  readonly said: (ChatEvent | null)[] = [];
  hear: (event: ChatEvent | null, isAgain?: boolean) => void = (event) => {
    // As many wait for the chat's code as it shows; where the chat is switched off it never comes.
    if (this.said.push(event) > MOST) this.said.shift();
  };

  /** The page has a place for the chat, as `stage.html` has kept it: on the air and beside the whole
   *  recording. A clip has none, also while it plays. */
  readonly chats = $derived.by(
    () => this.page.chat && !this.clip && (this.replaying || this.sells),
  );

  get entries() {
    return this.#room.entries;
  }

  /** The moment of the picture on screen, on the show clock. */
  get moment(): number | null {
    return this.#frame;
  }

  /** The moment that somebody wants to see, until the recording has been opened for it. */
  wanted = $state<number | null>(null);
  /** The recording, of a live show as far as it goes; nobody before the player is opened. */
  openRecording: () => void = () => undefined;
  readonly mayWatchAt = $derived.by(
    () => this.replaying || this.recorded || this.rewindUrl !== null,
  );

  watchAt(moment: number): void {
    this.wanted = moment;
    if (!this.replaying) this.openRecording();
  }

  /** The player moves the picture there; nobody before it is opened. */
  jumpTo: (position: number) => void = () => undefined;

  /** The player leaves the recording for the live picture; nobody before it is opened. */
  goLive: () => void = () => undefined;

  beginRewind(): void {
    this.rewound = true;
    this.beginReplay();
  }

  endRewind(): void {
    this.rewound = false;
    this.replaying = false;
    this.stretches = [];
    this.chapters = [];
    this.#frame = null;
    this.statusChanged("starting");
  }

  /** Where the show plays from its beginning; null while it is too young for that. */
  get rewindUrl(): string | null {
    const { state, went_live_at } = this.show;
    const onAir = state === "live" || state === "interrupted";
    if (!onAir || this.page.rehearsal || this.serverNow() - Date.parse(went_live_at ?? "") < YOUNG)
      return null;
    return this.page.show.playback.rewind_url ?? `/replays/${this.page.show.id}/rewind.m3u8`;
  }

  /** The recording is opened, with sound, because somebody asked for it. */
  beginReplay(): void {
    this.replaying = true;
    this.played = false;
    this.behind = null;
    this.muted = false;
    this.#frame = null;
  }

  /** The person wants the picture. */
  askToPlay(): void {
    this.#playAsked = true;
  }

  /** There is a sound to be heard alone. */
  readonly offersAudio = $derived.by(
    () =>
      this.show.state === "live" &&
      !this.audioOnly &&
      !this.page.rehearsal &&
      !this.#soundless &&
      !this.replaying &&
      !this.clip,
  );

  listen(): void {
    this.audioOnly = "asked";
    this.muted = false;
    this.askToPlay();
  }

  /** Back to the picture, whatever the network does. */
  showPicture(): void {
    this.audioOnly = null;
    this.#staysPictured = true;
  }

  statusChanged(status: Status): void {
    // A show without sound: there is nothing to listen to.
    if (status === "unplayable" && this.audioOnly) {
      this.#soundless = true;
      return this.showPicture();
    }
    this.status = status;
    if (status === "playing") this.played = true;
    if (status === "waiting" || status === "stuck") this.#stalled();
  }

  /** A picture that keeps stopping gives way to the sound. A camera that is away is no stall. */
  #stalled(): void {
    if (!this.offersAudio || this.#staysPictured || !this.played || !this.online) return;
    this.#stalls = withStall(this.#stalls, performance.now() / 1000);
    if (isTooMuch(this.#stalls)) this.audioOnly = "slow";
  }

  /** Without a picture there are no frames to wait for. */
  soundOnlyChanged(alone: boolean): void {
    this.soundOnly = alone;
    if (!alone) return;
    this.#frame = null;
    this.#label();
    this.#showPins(openPins(this.#cues));
  }

  /** A drop that is over gives its place back, though its last hold may still be paid for. */
  putDropAway(id: string): void {
    this.#putAway = id;
    this.#label();
  }

  /** Labels, a drop and an announcement. Before the first frame and without a picture: what is open now. */
  #label(): void {
    const found = this.clip || this.page.rehearsal ? null : dropAt(this.#cues, this.#frame);
    const drop = found?.id === this.#putAway ? null : found;
    if (drop?.id !== this.drop?.id) this.drop = drop;
    // What was announced was true then: a recording does not say it again.
    const now = this.#frame ?? Date.now() + (this.#room.clockOffset ?? 0);
    const said = this.recorded ? null : announcementAt(this.#cues, now);
    if (said?.id !== this.announcement?.id) this.announcement = said;
    const needed = disclosuresAt(this.#cues, this.#frame);
    if (needed.join() !== this.disclosures.join()) this.disclosures = needed;
  }

  #showPins(open: Pin[]): void {
    const pins = (this.show.state === "ended" || this.clip) && !this.replaying ? [] : open;
    const same =
      pins.length === this.pins.length &&
      pins.every((cue, index) => cue.id === this.pins[index]!.id);
    if (same) return;
    this.pins = pins;
    if (pins[0]) this.lastPin = pins[0];
  }

  #product(id: string | null | undefined): Product | null {
    return this.show.products.find((product) => product.id === id) ?? null;
  }

  /** Whether some variant of the product is among the goods held. */
  holds(product: Product | null): boolean {
    const skus = new Set(this.buying.open?.lines.map(({ sku }) => sku));
    return product?.variants.some(({ sku }) => skus.has(sku)) ?? false;
  }

  sellerOf(sku: string): string {
    const found = findVariant(this.catalog, sku);
    return found ? this.words.pick(found.product.merchant.name) : "";
  }

  open(
    view: View,
    productId: string | null = this.productId,
    preset: ShowStore["preset"] = null,
  ): void {
    this.preset = preset;
    if (!this.inSheet)
      this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    // What stopped the last step belongs to the sheet it was made in.
    this.buying.problem = null;
    this.#go(navigation.open(this.#place, view, productId));
    if (isSheet(view)) window.scrollTo({ top: 0 });
  }

  /** Back to where the sheet was opened, with the focus on what opened it. */
  close(to?: View): void {
    this.#go(navigation.close(this.#place, to));
    this.#returnFocus();
  }

  #go({ to, history: step }: navigation.Move): void {
    if (this.view === "thanks") this.buying.clear();
    if (step === "push") history.pushState(null, "");
    this.#place = to;
    if (step === "back") history.back();
  }

  #returnFocus(): void {
    const opener = this.#opener;
    void tick().then(() => {
      if (opener?.isConnected && opener.offsetParent !== null) opener.focus();
      else document.querySelector<HTMLElement>("[data-focus-home]")?.focus();
    });
  }
}
