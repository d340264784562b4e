/** What hls.js loads, from what was fetched early where there is such a thing. */
import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
} from "hls.js/light";
import { takeEarly, type Early } from "./early";

type Make = new (config: HlsConfig) => Loader<LoaderContext>;

/** `Network` is hls.js's own loader, for everything else and for what failed early. */
export const earlyLoader = (Network: Make): Make =>
  class implements Loader<LoaderContext> {
    #network: Loader<LoaderContext>;
    #gone = false;
    context: LoaderContext | null = null;
    stats;

    constructor(config: HlsConfig) {
      this.#network = new Network(config);
      this.stats = this.#network.stats;
    }

    load(
      context: LoaderContext,
      config: LoaderConfiguration,
      callbacks: LoaderCallbacks<LoaderContext>,
    ): void {
      this.context = context;
      const early = context.rangeEnd ? undefined : takeEarly(context.url);
      const load = () => this.#gone || this.#network.load(context, config, callbacks);
      if (early === undefined) load();
      else early.then((found) => this.#gone || this.#give(found, context, callbacks), load);
    }

    #give(early: Early, context: LoaderContext, callbacks: LoaderCallbacks<LoaderContext>): void {
      const { data, asked, answered, ended } = early;
      const { stats } = this;
      stats.loading = { start: asked, first: answered, end: ended };
      stats.loaded = stats.total = data.byteLength;
      const wanted = context.responseType === "arraybuffer" ? data : new TextDecoder().decode(data);
      callbacks.onSuccess({ url: context.url, data: wanted, code: 200 }, stats, context, null);
    }

    abort(): void {
      this.#gone = true;
      this.#network.abort();
    }

    destroy(): void {
      this.#gone = true;
      this.#network.destroy();
    }

    getCacheAge = () => this.#network.getCacheAge?.() ?? null;
    getResponseHeader = (name: string) => this.#network.getResponseHeader?.(name) ?? null;
  };
