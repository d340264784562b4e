/** Where the browser shows the video without our page around it (full screen on a phone, a picture in
 *  a picture), what is said goes into a text track of the video itself. */

export interface CaptionTrack {
  show(lines: readonly string[]): void;
  close(): void;
}

const ALONE = ["webkitbeginfullscreen", "enterpictureinpicture"];
const TOGETHER = ["webkitendfullscreen", "leavepictureinpicture"];

/** `alone` hears whether the video draws the lines itself by now. */
export function captionTrack(video: HTMLVideoElement, alone: (now: boolean) => void): CaptionTrack {
  const track = video.addTextTrack("captions");
  track.mode = "disabled";
  const leaving = new AbortController();
  const change = (names: string[], now: boolean) => {
    for (const name of names)
      video.addEventListener(
        name,
        () => {
          track.mode = now ? "showing" : "disabled";
          alone(now);
        },
        { signal: leaving.signal },
      );
  };
  change(ALONE, true);
  change(TOGETHER, false);
  return {
    show(lines) {
      if (track.mode === "disabled") return;
      for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
      // The page says when a line comes and goes, so a cue lasts until it is replaced.
      if (lines.length) track.addCue(new VTTCue(0, 86_400, lines.map(escaped).join("\n")));
    },
    close() {
      track.mode = "disabled";
      leaving.abort();
    },
  };
}

/** A cue's text is markup (WebVTT §6.4): "under < 30 kg" would lose its end. */
function escaped(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
