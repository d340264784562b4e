/** The part of a camera's picture that is sent: the middle, in the shape that the host chose. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const even = (value: number): number => Math.floor(value / 2) * 2;

/** The largest box of the shape `width / height` in the middle of `whole`, on even pixels. */
export function middle(whole: Box, ratio: number): Box {
  const width = even(Math.min(whole.width, whole.height * ratio));
  const height = even(Math.min(whole.height, whole.width / ratio));
  return {
    x: whole.x + even((whole.width - width) / 2),
    y: whole.y + even((whole.height - height) / 2),
    width,
    height,
  };
}
