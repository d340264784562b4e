/** A brand's colours and corners in its frame. An accent that cannot be read is refused, and ours
 *  stays. */
import type { Theme } from "../page";
import { contrast, parseColour, READABLE } from "./contrast";

const WHITE = [255, 255, 255] as const;
const NIGHT = [43, 20, 36] as const;
/** The surfaces that accent-coloured words stand on, light and dark (`--surface`, `--raised`,
 *  `--sunk` in tokens.css). */
const SURFACES = {
  light: [
    [255, 255, 255],
    [244, 238, 233],
  ],
  dark: [
    [31, 23, 30],
    [41, 31, 39],
    [17, 12, 16],
  ],
} as const;
/** How much of the accent its own tint has. */
const TINT = 0.12;

/** The texts that have to be read on a ground, light and dark (`--ink`, `--ink-2`, `--ink-3`,
 *  `--good`, `--warn`, `--bad`). */
const INKS = {
  light: ["#241822", "#5c4e57", "#6f6069", "#1c6546", "#7d4a00", "#a8231c"],
  dark: ["#f7f0eb", "#cdc0c6", "#ad9ea6", "#86d6aa", "#f2c274", "#ffa399"],
} as const;

/** A ground on which all our texts can be read, or null. */
export function acceptedGround(
  ground: string | undefined,
  scheme: "light" | "dark",
): string | null {
  const colour = parseColour(ground);
  if (!colour) return null;
  const readable = INKS[scheme].every((ink) => contrast(colour, parseColour(ink)!) >= READABLE);
  return readable ? `#${ground!.replace("#", "")}` : null;
}

/** Names of families and nothing else: no address, no function. */
export function acceptedFont(font: string | undefined): string | null {
  return font && /^[\p{L}\d ,'"-]{1,80}$/u.test(font) ? font : null;
}

export function accepted(
  accent: string | undefined,
  scheme: "light" | "dark",
  ground: string | null = null,
): { accent: string; on: string } | null {
  const colour = parseColour(accent);
  if (!colour) return null;
  const own = parseColour(ground ?? undefined);
  const surfaces: readonly (readonly number[])[] = own ? [own] : SURFACES[scheme];
  const tint = surfaces[0]!.map((part, index) => part + (colour[index]! - part) * TINT) as [
    number,
    number,
    number,
  ];
  if ([...surfaces, tint].some((surface) => contrast(colour, surface) < READABLE)) return null;
  const on = contrast(colour, WHITE) >= contrast(colour, NIGHT) ? "#ffffff" : "#2b1424";
  return { accent: `#${accent!.replace("#", "")}`, on };
}

export function applyTheme(theme: Theme | null): void {
  if (!theme) return;
  const { style } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const scheme = dark.matches ? "dark" : "light";
    const ground = acceptedGround(dark.matches ? theme.ground_dark : theme.ground, scheme);
    const wanted = accepted(
      (dark.matches ? theme.accent_dark : undefined) ?? theme.accent,
      scheme,
      ground,
    );
    for (const [name, value] of Object.entries({
      "--paper": ground,
      "--surface": ground,
      "--raised": ground,
      "--sunk": ground && `color-mix(in srgb, ${ground} 95%, var(--ink))`,
      "--accent": wanted?.accent,
      "--accent-hover": wanted?.accent,
      "--accent-ink": wanted?.accent,
      "--on-accent": wanted?.on,
      "--focus": wanted?.accent,
    })) {
      if (value) style.setProperty(name, value);
      else style.removeProperty(name);
    }
    if (wanted)
      style.setProperty(
        "--accent-tint",
        `color-mix(in srgb, ${wanted.accent} ${TINT * 100}%, var(--surface))`,
      );
    else style.removeProperty("--accent-tint");
  };
  paint();
  dark.addEventListener("change", paint);
  const font = acceptedFont(theme.font);
  if (font) style.setProperty("--font", `${font}, "Showfloor Text", system-ui, sans-serif`);
  if (theme.corners !== undefined) round(style, Math.max(0, Math.min(24, theme.corners)));
}

function round(style: CSSStyleDeclaration, corners: number): void {
  for (const [name, ours] of [
    ["--r-s", 8],
    ["--r-m", 12],
    ["--r-l", 18],
    ["--r-xl", 24],
  ] as const)
    style.setProperty(name, `${Math.min(ours, corners)}px`);
  style.setProperty("--r-full", corners === 0 ? "0px" : "999px");
}
