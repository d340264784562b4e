/** A live show without its picture, for a network that cannot carry it. Pure. */

/** Seconds behind the edge: a whole segment may take as long to come as it plays. */
export const AUDIO_ONLY_BEHIND = 6;

/** Stalls within so many seconds that say the network cannot carry the picture. */
const MOST_STALLS = 4;
const WITHIN = 60;

/** The address of the sound alone, which every live show has beside its multivariant playlist. */
export const audioOnlyUrl = (hlsUrl: string): string =>
  hlsUrl.replace("/index.m3u8", "/audio.m3u8");

/** The stalls that still count, with one more at `now`; moments in seconds. */
export function withStall(stalls: readonly number[], now: number): number[] {
  return [...stalls.filter((at) => now - at < WITHIN), now];
}

export const isTooMuch = (stalls: readonly number[]): boolean => stalls.length >= MOST_STALLS;
