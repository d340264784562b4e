/** WCAG 2 contrast between two `#rrggbb` colours. */
export const READABLE = 4.5;

export function parseColour(text: string | undefined): [number, number, number] | null {
  const hex = /^#?([0-9a-f]{6})$/i.exec(text ?? "")?.[1];
  return hex
    ? ([0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number])
    : null;
}

function luminance(colour: readonly number[]): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

export function contrast(one: readonly number[], other: readonly number[]): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}
