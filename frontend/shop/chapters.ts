/** A replay's products in the order in which they were shown, each with its place in the video; and
 *  where in the replay an address points. Pure. */
import type { Cue, Pin, Product } from "../contract";
import { isPin } from "../player/cues";
import { positionAt, type Stretch } from "../player/stretches";

export interface Chapter {
  cue: Pin;
  product: Product;
  /** Seconds into the video. */
  at: number;
}

/** Seconds. Who presses "previous product" sooner after a chapter began means the one before. */
const JUST_BEGUN = 3;
/** Of a line's length: two marks side by side on a phone. */
const CLOSEST = 1 / 40;

/** Pins of which no frame can be watched are none. */
export function chaptersOf(
  cues: Iterable<Cue>,
  stretches: readonly Stretch[],
  products: readonly Product[],
): Chapter[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  return [...cues]
    .filter(isPin)
    .flatMap((cue) => {
      const product = byId.get(cue.payload.product_id);
      const at = positionAt(stretches, Date.parse(cue.start));
      const end = cue.end === null ? null : positionAt(stretches, Date.parse(cue.end));
      return product && at !== null && at !== end ? [{ cue, product, at }] : [];
    })
    .sort((one, other) => one.at - other.at);
}

/** Those whose marks can be told apart on a line of `duration` seconds: a long show pins hundreds. */
export function marksOf(chapters: readonly Chapter[], duration: number): Chapter[] {
  const marks: Chapter[] = [];
  for (const chapter of chapters)
    if (chapter.at - (marks.at(-1)?.at ?? -Infinity) >= duration * CLOSEST) marks.push(chapter);
  return marks;
}

/** The chapter on screen at a position: the last that has begun. */
export const chapterAt = (chapters: readonly Chapter[], position: number): Chapter | null =>
  chapters.findLast(({ at }) => at <= position) ?? null;

export const nextChapter = (chapters: readonly Chapter[], position: number): Chapter | null =>
  chapters.find(({ at }) => at > position) ?? null;

export const previousChapter = (chapters: readonly Chapter[], position: number): Chapter | null =>
  chapters.findLast(({ at }) => at <= position - JUST_BEGUN) ?? null;

/** Seconds that `?t=` of an address names: `772`, `12.5` or `1h2m3s`. 0 for none and for nonsense. */
export function startOf(search: string): number {
  const text = new URLSearchParams(search).get("t") ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [hours = 0, minutes = 0, seconds = 0] = (parts ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds;
}

/** The show's own page with the moment in its address, exact to half a second. */
export function addressAt(page: string, position: number): string {
  const address = new URL(page);
  address.hash = "";
  if (address.pathname.startsWith("/embed/")) {
    const lang = address.searchParams.get("lang");
    address.pathname = address.pathname.replace("/embed/", "/s/");
    address.search = lang ? `?lang=${lang}` : "";
  }
  address.searchParams.set("t", String(Math.floor(position * 2) / 2));
  return address.href;
}
