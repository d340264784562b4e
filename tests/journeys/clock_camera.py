"""A camera inside the browser whose every picture says when it was made, with a flash and a beep at
each whole second; and how a viewer reads them back.
"""

from __future__ import annotations

_CAMERA = """
(() => {
  const cells = 32, white = '#fff', black = '#000';
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const tall = (wanted.video?.height?.ideal ?? 0) > (wanted.video?.width?.ideal ?? 0);
    const [width, height] = tall ? [SHORT, LONG] : [LONG, SHORT];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const pen = canvas.getContext('2d', { alpha: false });
    const sound = new AudioContext(), out = sound.createMediaStreamDestination();
    const tone = sound.createOscillator(), gate = sound.createGain();
    tone.frequency.value = 1000;
    gate.gain.value = 0;
    tone.connect(gate).connect(out);
    tone.start();
    let second = 0, number = 0;
    const paint = () => {
      const stamp = Date.now(), flash = stamp % 1000 < 100;
      pen.fillStyle = flash ? white : '#555';
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = '#a63';
      pen.fillRect((number++ * 8) % width, height / 3, 60, height / 4);
      const cell = width / cells, code = stamp % 4294967296;
      for (let place = 0; place < cells; place++) {
        pen.fillStyle = Math.floor(code / 2 ** (cells - 1 - place)) % 2 ? white : black;
        pen.fillRect(place * cell, 0, Math.ceil(cell), height / 20);
      }
      const next = Math.floor(stamp / 1000) + 1;
      if (next !== second) {
        second = next;
        const at = sound.currentTime + (next * 1000 - stamp) / 1000;
        gate.gain.setValueAtTime(0.5, at);
        gate.gain.setValueAtTime(0, at + 0.1);
      }
    };
    setInterval(paint, 1000 / 30);
    paint();
    await sound.resume();
    const pictures = canvas.captureStream(30);
    return new MediaStream([...pictures.getVideoTracks(), ...out.stream.getAudioTracks()]);
  };
})()
"""


def camera(short: int, long: int) -> str:
    """An init script: it takes the place of the camera that the page asks for."""
    return _CAMERA.replace("SHORT", str(short)).replace("LONG", str(long))


WITHOUT_WEBCODECS = "delete window.VideoEncoder; delete window.AudioEncoder;"
"""An init script: a browser that publishes by WHIP."""

WATCH = """
(() => {
  const video = document.querySelector('video'), cells = 32, width = 640, cell = width / cells;
  const canvas = new OffscreenCanvas(width, 1), pen = canvas.getContext('2d', {
    willReadFrequently: true });
  window.delays = [];
  const look = () => {
    const row = Math.round(video.videoHeight * 24 / 1280);
    pen.drawImage(video, 0, row, video.videoWidth, 1, 0, 0, width, 1);
    const line = pen.getImageData(0, 0, width, 1).data;
    let stamp = 0;
    for (let place = 0; place < cells; place++)
      stamp = stamp * 2 + (line[4 * (place * cell + cell / 2)] > 128 ? 1 : 0);
    const delay = (Date.now() % 4294967296) - stamp;
    // What another camera sends is no clock.
    if (delay > 0 && delay < 60000) window.delays.push(delay);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
})()
"""
"""Milliseconds from glass to glass into `window.delays`, for a portrait picture."""
