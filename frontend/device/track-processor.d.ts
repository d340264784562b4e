/** What TypeScript's DOM does not know yet (mediacapture-transform). */
interface MediaStreamTrackProcessor<T> {
  readonly readable: ReadableStream<T>;
}
declare const MediaStreamTrackProcessor: {
  new <T>(init: { track: MediaStreamTrack; maxBufferSize?: number }): MediaStreamTrackProcessor<T>;
};
