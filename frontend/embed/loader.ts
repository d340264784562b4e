/** What a brand's page includes: `<script src="…/embed.js" async></script>` and
 *  `<showfloor-live show="…">`. It makes the frame, passes on what the frame says as DOM events, and
 *  says in words when there is no show to see. */
import { SOURCE, VERSION, type Envelope } from "./contract";
import { languageOf, UNAVAILABLE, type Failure } from "./failure";

const home = new URL((document.currentScript as HTMLScriptElement).src).origin;
const THEME = ["accent", "accent-dark", "ground", "ground-dark", "font", "corners"];
/** Of a creator; the server finds nobody by a longer one. */
const LONGEST_CODE = 60;
/** Milliseconds that the frame's page may need after it was loaded; a refused page sends no message. */
const SPEAKS_WITHIN = 4000;
/** CSS pixels; before the frame has said how tall it should be. */
const TALLEST = 864;

class ShowfloorLive extends HTMLElement {
  static observedAttributes = ["show", "clip", "lang", "title", "fill", "chat", "via", ...THEME];
  #frame: HTMLIFrameElement | null = null;
  #listening: AbortController | null = null;
  #due = false;
  #ready = false;
  #height: number | null = null;

  connectedCallback(): void {
    this.#renew();
  }

  disconnectedCallback(): void {
    this.#listening?.abort();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "title" && this.#frame) this.#frame.title = this.#title();
    else if (name === "fill") this.#size();
    else this.#renew();
  }

  /** Once for all attributes that a framework sets in one go. */
  #renew(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#build();
    });
  }

  #build(): void {
    this.#listening?.abort();
    this.#listening = new AbortController();
    this.#ready = false;
    this.#height = null;
    this.style.display = "block";
    if (!this.getAttribute("show")) return this.#fail("show_missing");
    const frame = (this.#frame = document.createElement("iframe"));
    frame.src = this.#address();
    frame.title = this.#title();
    frame.allow = "autoplay; fullscreen; picture-in-picture; clipboard-write; web-share; payment";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    Object.assign(frame.style, { border: "0", display: "block", width: "100%", height: "100%" });
    this.#size();
    this.replaceChildren(frame);
    const { signal } = this.#listening;
    addEventListener("message", (event) => this.#hear(event), { signal });
    frame.addEventListener(
      "load",
      () =>
        setTimeout(() => !signal.aborted && !this.#ready && void this.#explain(), SPEAKS_WITHIN),
      { signal },
    );
  }

  #address(): string {
    const url = new URL(`/embed/${encodeURIComponent(this.getAttribute("show")!)}`, home);
    url.searchParams.set("parent", location.origin);
    const clip = this.getAttribute("clip");
    if (clip) url.searchParams.set("clip", clip);
    if (this.getAttribute("chat") === "off") url.searchParams.set("chat", "off");
    const via = this.getAttribute("via") ?? new URLSearchParams(location.search).get("via");
    if (via) url.searchParams.set("via", via.slice(0, LONGEST_CODE));
    const lang = this.#lang();
    if (lang) url.searchParams.set("lang", lang);
    for (const name of THEME) {
      const value = this.getAttribute(name);
      if (value) url.searchParams.set(name.replace("-", "_"), value);
    }
    return url.href;
  }

  #lang(): string | null {
    return languageOf(
      this.getAttribute("lang") ?? this.closest("[lang]")?.getAttribute("lang") ?? "",
    );
  }

  #title = () => this.getAttribute("title") ?? "Live shopping show";

  /** `fill` leaves the size to the brand's own stylesheet. */
  #size(): void {
    const { style } = this;
    const own = this.hasAttribute("fill") || !this.#frame;
    style.height = own || this.#height === null ? "" : `${this.#height}px`;
    style.aspectRatio = own || this.#height !== null ? "" : "9 / 16";
    style.maxHeight = own || this.#height !== null ? "" : `${TALLEST}px`;
  }

  #hear(event: MessageEvent<Partial<Envelope> | null>): void {
    const message = event.data;
    if (event.origin !== home || event.source !== this.#frame?.contentWindow) return;
    if (message?.source !== SOURCE || message.version !== VERSION || !message.type) return;
    const { source: _source, version: _version, type, ...detail } = message as Envelope;
    this.#ready = true;
    if (type === "ready" && "title" in detail && !this.hasAttribute("title"))
      this.#frame.title = detail.title;
    if (type === "resize" && "height" in detail) {
      this.#height = Math.max(200, Math.min(4000, detail.height));
      this.#size();
    }
    this.dispatchEvent(new CustomEvent(`showfloor:${type}`, { detail, bubbles: true }));
  }

  /** A browser does not say why a frame stays empty; our server does. */
  async #explain(): Promise<void> {
    const slug = encodeURIComponent(this.getAttribute("show")!);
    const { signal } = this.#listening!;
    const code = await fetch(`${home}/embed/${slug}/check`, { credentials: "omit", signal })
      .then((answer) => answer.json() as Promise<{ code: Failure | null }>)
      .then((answer) => answer.code ?? "unreachable")
      .catch((): Failure => "unreachable");
    if (signal.aborted || this.#ready) return;
    this.#fail(code, code === "show_not_found" ? undefined : `${home}/s/${slug}`);
  }

  #fail(code: Failure, show?: string): void {
    this.#listening?.abort();
    this.#frame = null;
    this.#size();
    const lang = this.#lang() ?? "en";
    const words = UNAVAILABLE[lang as keyof typeof UNAVAILABLE];
    const text = document.createElement("p");
    text.lang = lang;
    text.dir = lang === "ar" ? "rtl" : "ltr";
    text.textContent = words.text;
    text.setAttribute("role", "status");
    Object.assign(text.style, { margin: "0", padding: "1rem", font: "inherit" });
    if (show) {
      const link = document.createElement("a");
      link.href = show;
      link.textContent = words.open;
      link.style.color = "inherit";
      text.append(" ", link);
    }
    this.replaceChildren(text);
    console.warn(`<showfloor-live>: ${code} (this page is ${location.origin})`);
    this.dispatchEvent(new CustomEvent("showfloor:error", { detail: { code }, bubbles: true }));
  }
}

if (!customElements.get("showfloor-live")) customElements.define("showfloor-live", ShowfloorLive);
