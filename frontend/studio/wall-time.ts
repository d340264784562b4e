/** A time on the wall, as `datetime-local` gives it, in the host's own zone. Where clocks are put
 *  forward some times do not exist; where they are put back some exist twice. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every moment at which a clock in `zone` shows `wall` (`2027-03-28T01:30`), earliest first:
 *  none, one or two. Text that is no time gives none. */
export function momentsOf(wall: string, zone: string): Date[] {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return [];
  // Zones change their offset at most once within a day of a moment.
  const offsets = new Set([asUtc - DAY, asUtc + DAY].map((moment) => offsetAt(moment, zone)));
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((moment) => offsetAt(moment, zone) === asUtc - moment)
    .sort((a, b) => a - b)
    .map((moment) => new Date(moment));
}

/** What a clock in `zone` shows at `moment`, as `datetime-local` takes it. */
export function wallTime(moment: Date, zone: string): string {
  const shown = moment.getTime() + offsetAt(moment.getTime(), zone);
  return new Date(shown).toISOString().slice(0, 16);
}

/** `GMT+1`: tells the two moments of one wall time apart. */
export function offsetName(moment: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });
  return parts.formatToParts(moment).find(({ type }) => type === "timeZoneName")!.value;
}

/** Milliseconds that clocks in `zone` are ahead of UTC. */
function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)!.value);
  const shown = Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
  return shown - Math.floor(moment / 1000) * 1000;
}
