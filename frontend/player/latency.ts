/** Keeps the picture close to the live edge. hls.js alone stops catching up at about a second of
 *  buffer. This does one seek when the start has settled, then changes the playback rate by too
 *  little to hear. Pure: samples in, one decision out. */

export interface Sample {
  /** Seconds on a clock that never goes back. */
  now: number;
  /** Seconds between the picture and the newest media that the server announced. */
  behind: number;
  /** Seconds of media already loaded ahead of the picture. */
  ahead: number;
  playing: boolean;
}

export interface Hold {
  /** Where we want to be behind the edge, in seconds; grows with each stall, and shrinks
   *  again after a time without one. */
  target: number;
  playingSince: number | null;
  seekedAt: number | null;
  stalls: number;
  /** When the target last changed. */
  changedAt: number;
}

export interface Decision {
  rate: number;
  /** Seconds to jump forward, if at all. */
  jump: number | null;
  hold: Hold;
}

export const AIM = 0.7;
const FARTHEST_AIM = 2;
const PER_STALL = 0.2;
/** Seconds without a stall after which the target moves closer to the edge again; doubled with every
 *  stall, or a weak network would stall again and again. */
const CALM = 15;
const LONGEST_CALM = 240;
/** The buffer is filled unevenly while the first parts arrive; a seek before that would stall. */
const SETTLING = 1.5;
const BETWEEN_SEEKS = 8;
/** What must stay loaded after a jump, so that the jump itself does not stall. */
const RESERVE = 0.35;
const TOLERANCE = 0.06;
const WORTH_A_JUMP = 0.12;
/** Seconds; a minute of gentle rates would not make up for it. */
const TOO_FAR = 3;

export const start: Hold = {
  target: AIM,
  playingSince: null,
  seekedAt: null,
  stalls: 0,
  changedAt: 0,
};

export function decide(hold: Hold, sample: Sample): Decision {
  if (!sample.playing) return { rate: 1, jump: null, hold: { ...hold, playingSince: null } };
  const since = hold.playingSince ?? sample.now;
  const settled = sample.now - since >= SETTLING;
  const kept: Hold = { ...relaxed(hold, sample.now), playingSince: since };
  const excess = sample.behind - kept.target;

  if (settled && mayJump(hold, sample.now, excess)) {
    // Far behind, what is loaded does not help: the media near the edge is loaded anew. Nearby, a
    // jump stays inside what is loaded.
    const jump = excess > TOO_FAR ? excess : Math.min(excess, sample.ahead - RESERVE);
    if (jump >= WORTH_A_JUMP) return { rate: 1, jump, hold: { ...kept, seekedAt: sample.now } };
  }
  return { rate: settled ? rateFor(excess, sample.ahead) : 1, jump: null, hold: kept };
}

/** The first jump takes any excess worth it; later ones only what rates would need a minute for. */
function mayJump(hold: Hold, now: number, excess: number): boolean {
  if (hold.seekedAt === null) return excess >= WORTH_A_JUMP;
  return excess > TOO_FAR && now - hold.seekedAt > BETWEEN_SEEKS;
}

function rateFor(excess: number, ahead: number): number {
  if (excess > TOLERANCE && ahead > RESERVE)
    return 1 + Math.min(0.06, Math.max(0.01, excess * 0.08));
  if (excess < -TOLERANCE) return 1 - Math.min(0.04, Math.max(0.01, -excess * 0.08));
  return 1;
}

function relaxed(hold: Hold, now: number): Hold {
  const calm = Math.min(LONGEST_CALM, CALM * 2 ** (hold.stalls - 1));
  if (hold.target <= AIM || now - hold.changedAt < calm) return hold;
  return { ...hold, target: Math.max(AIM, hold.target - PER_STALL), changedAt: now };
}

/** A stall means that the target is too close to the edge for this network. A camera that went away
 *  cannot be told apart from that here. */
export function stalled(hold: Hold, now: number): Hold {
  return {
    ...hold,
    stalls: hold.stalls + 1,
    target: Math.min(FARTHEST_AIM, hold.target + PER_STALL),
    changedAt: now,
    playingSince: null,
  };
}

/** The media began anew: there may be one seek again. */
export function restarted(hold: Hold): Hold {
  return { ...hold, playingSince: null, seekedAt: null };
}
