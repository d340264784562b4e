/** When a show starts, as its host types it: a wall time, and what is wrong with it. */
import { momentsOf, ownZone, wallTime } from "./wall-time";

/** Two years, as the server says (`shows/schemas`). */
const FURTHEST_AHEAD = 731 * 24 * 3_600_000;

export class Starts {
  /** As `datetime-local` gives it; empty while nothing is chosen. */
  wall = $state("");
  /** Which of the two moments is meant where the wall time comes twice. */
  choice = $state<number | null>(null);
  readonly moments = $derived.by(() => momentsOf(this.wall, this.zone));
  readonly twice = $derived(this.moments.length > 1);
  readonly moment = $derived(this.moments[this.twice ? (this.choice ?? -1) : 0] ?? null);

  constructor(readonly zone: string = ownZone()) {}

  set(moment: string | null): void {
    this.wall = moment ? wallTime(new Date(moment), this.zone) : "";
    const chosen = this.moments.findIndex((each) => each.getTime() === roundedDown(moment));
    this.choice = this.twice && chosen >= 0 ? chosen : null;
  }

  /** The key of the sentence that says what to change; undefined when nothing is to be changed. */
  problem(now = Date.now()): string | undefined {
    if (!this.wall) return "studio.field_starts";
    if (this.moments.length === 0) return "studio.field_starts_skipped";
    if (!this.moment) return "studio.field_starts_twice";
    if (this.moment.getTime() < now) return "studio.field_starts_past";
    return this.moment.getTime() > now + FURTHEST_AHEAD ? "studio.field_starts_far" : undefined;
  }
}

const roundedDown = (moment: string | null): number =>
  Math.floor(Date.parse(moment ?? "") / 60_000) * 60_000;
