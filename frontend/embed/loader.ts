/** What a brand's page includes: `<script src="…/embed.js" async></script>` and `<showfloor-live
 *  show="…">`.
 *  It only makes the frame and passes on what the frame says, as DOM events. */
import { SOURCE, VERSION, type Envelope } from "./contract";

const home = new URL((document.currentScript as HTMLScriptElement).src).origin;
const PASSED_ON = ["lang", "accent", "accent-dark", "corners"];

class ShowfloorLive extends HTMLElement {
  static observedAttributes = ["show"];
  #frame: HTMLIFrameElement | null = null;
  #listening: AbortController | null = null;
  #placed = false;

  connectedCallback(): void {
    this.#placed = true;
    this.#build();
  }

  /** Frameworks may set the show after the element is in the page, or change it. */
  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (this.#placed && before !== now) this.#build();
  }

  #build(): void {
    this.#listening?.abort();
    const show = this.getAttribute("show");
    if (!show) return this.replaceChildren();
    const url = new URL(`/embed/${encodeURIComponent(show)}`, home);
    url.searchParams.set("parent", location.origin);
    for (const name of PASSED_ON) {
      const value =
        name === "lang"
          ? (this.getAttribute(name) ?? this.closest("[lang]")?.getAttribute("lang"))
          : this.getAttribute(name);
      if (value)
        url.searchParams.set(name.replace("-", "_"), name === "lang" ? value.slice(0, 2) : value);
    }
    const frame = (this.#frame = document.createElement("iframe"));
    frame.src = url.href;
    frame.title = this.getAttribute("title") ?? "Live shopping show";
    frame.allow = "autoplay; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    const { style } = frame;
    style.border = "0";
    style.display = "block";
    style.width = "100%";
    style.height = "100%";
    this.style.display = "block";
    // Until the frame has said how tall it should be; `fill` leaves the size to the brand's own
    // stylesheet.
    if (!this.hasAttribute("fill")) this.style.aspectRatio = "9 / 16";
    this.replaceChildren(frame);
    this.#listening = new AbortController();
    addEventListener("message", (event) => this.#hear(event), { signal: this.#listening.signal });
  }

  disconnectedCallback(): void {
    this.#placed = false;
    this.#listening?.abort();
  }

  #hear(event: MessageEvent<Partial<Envelope> | null>): void {
    const message = event.data;
    if (event.origin !== home || event.source !== this.#frame?.contentWindow) return;
    if (message?.source !== SOURCE || message.version !== VERSION || !message.type) return;
    const { source: _source, version: _version, type, ...detail } = message as Envelope;
    if (type === "ready" && "title" in detail && !this.hasAttribute("title"))
      this.#frame.title = detail.title;
    if (type === "resize" && "height" in detail && !this.hasAttribute("fill")) {
      this.style.aspectRatio = "auto";
      this.style.height = `${Math.max(200, Math.min(4000, detail.height))}px`;
    }
    this.dispatchEvent(new CustomEvent(`showfloor:${type}`, { detail, bubbles: true }));
  }
}

if (!customElements.get("showfloor-live")) customElements.define("showfloor-live", ShowfloorLive);
