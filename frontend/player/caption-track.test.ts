import { beforeEach, expect, test, vi } from "vitest";
import { captionTrack } from "./caption-track";

class Cue {
  constructor(
    readonly startTime: number,
    readonly endTime: number,
    readonly text: string,
  ) {}
}

class FakeTrack {
  mode = "hidden";
  cues: Cue[] = [];
  addCue = (cue: Cue) => this.cues.push(cue);
  removeCue = (cue: Cue) => (this.cues = this.cues.filter((each) => each !== cue));
}

let track: FakeTrack;
let video: HTMLVideoElement;

beforeEach(() => {
  vi.stubGlobal("VTTCue", Cue);
  track = new FakeTrack();
  const target = new EventTarget() as HTMLVideoElement;
  target.addTextTrack = () => track as unknown as TextTrack;
  video = target;
});

test("a video beside its page draws no words of its own", () => {
  captionTrack(video, () => undefined).show(["Fired twice"]);

  expect(track).toMatchObject({ mode: "disabled", cues: [] });
});

test.each([
  ["webkitbeginfullscreen", "webkitendfullscreen"],
  ["enterpictureinpicture", "leavepictureinpicture"],
])("between %s and %s the video draws the newest words itself", (begins, ends) => {
  const alone: boolean[] = [];
  const words = captionTrack(video, (now) => alone.push(now));

  video.dispatchEvent(new Event(begins));
  words.show(["Fired twice"]);
  words.show(["and glazed", "by hand"]);
  expect([track.mode, track.cues.map(({ text }) => text)]).toEqual([
    "showing",
    ["and glazed\nby hand"],
  ]);
  words.show([]);
  expect(track.cues).toEqual([]);
  video.dispatchEvent(new Event(ends));

  expect([track.mode, alone]).toEqual(["disabled", [true, false]]);
});

test("what is closed listens no more", () => {
  const heard = vi.fn();
  captionTrack(video, heard).close();

  video.dispatchEvent(new Event("enterpictureinpicture"));

  expect([track.mode, heard.mock.calls]).toEqual(["disabled", []]);
});

test("words are shown as they were said, whatever signs they hold", () => {
  const words = captionTrack(video, () => undefined);
  video.dispatchEvent(new Event("enterpictureinpicture"));

  words.show(["under < 30 kg & <b>dry</b>"]);

  expect(track.cues.map(({ text }) => text)).toEqual([
    "under &lt; 30 kg &amp; &lt;b&gt;dry&lt;/b&gt;",
  ]);
});
