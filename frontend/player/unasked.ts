/** Undoes what no person asked for. WebKit's GStreamer player unmutes a video when its rate is
 *  written, and its autoplay rule then pauses the video, because nobody touched the page. Pure. */

export interface Asked {
  /** Whether the person wants the sound off. */
  muted: boolean;
  /** Whether the person pressed pause. */
  paused: boolean;
  /** Seconds; when we last wrote the playback rate. */
  rateWrittenAt: number;
  /** Seconds; when a pause was last undone, newest last. */
  resumedAt: readonly number[];
}

/** Seconds after a written rate in which an unmuting is the browser's own doing. */
const SIDE_EFFECT = 2;
/** After so many attempts in so many seconds the browser's pause stays. */
const MOST_RESUMES = 3;
const RESUME_WINDOW = 30;

export const untouched: Asked = {
  muted: true,
  paused: false,
  rateWrittenAt: -Infinity,
  resumedAt: [],
};

/** Whether to mute again. Without a gesture nobody can have asked for sound; after one the
 *  browser's own controls may have been used, and those count. */
export function mustMute(asked: Asked, muted: boolean, touched: boolean, now: number): boolean {
  if (muted || !asked.muted) return false;
  return !touched || now - asked.rateWrittenAt < SIDE_EFFECT;
}

/** Whether to play on after a pause. With sound on, a pause may come from a headset or another
 *  player that took the speakers over, and stays. A pause right after a written rate is always the
 *  browser's own doing: on a busy machine there are more of them than MOST_RESUMES. */
export function mustResume(asked: Asked, now: number): boolean {
  if (asked.paused || !asked.muted) return false;
  if (now - asked.rateWrittenAt < SIDE_EFFECT) return true;
  return asked.resumedAt.filter((at) => now - at < RESUME_WINDOW).length < MOST_RESUMES;
}

export const resumed = (asked: Asked, now: number): Asked => ({
  ...asked,
  resumedAt: [...asked.resumedAt, now].slice(-MOST_RESUMES),
});
