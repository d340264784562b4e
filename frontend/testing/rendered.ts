/** What a component writes, as text: rendered like on a server, without a browser. */
import type { Component } from "svelte";
import { render } from "svelte/server";
import { provideWords } from "../context";
import { language, type Catalog, type Language } from "../i18n/i18n";
import Inside from "./inside.svelte";

const files = import.meta.glob<Catalog>("../../src/showfloor/kit/messages/*/*.json", {
  eager: true,
  import: "default",
});

const catalog = (lang: string): Catalog =>
  Object.assign(
    {},
    ...Object.entries(files)
      .filter(([path]) => path.includes(`/${lang}/`))
      .map(([, area]) => area),
  ) as Catalog;

export const english: Language = language("en", catalog("en"));
export const arabic: Language = language("ar", catalog("ar"));

/** The markup of `component`, without the comments that a browser would start from. */
export function markup<Props extends object>(
  component: Component<Props>,
  props: Props,
  { words = english, provide = () => undefined }: { words?: Language; provide?: () => void } = {},
): string {
  const { body } = render(Inside, {
    props: {
      component: component as unknown as Component<Record<string, unknown>>,
      props: props as Record<string, unknown>,
      provide: () => {
        provideWords(words);
        provide();
      },
    },
  });
  return body.replace(/<!--.*?-->/gs, "");
}

/** The words alone, as they are read. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();

/** What assistive technology calls each control that has a name of its own. */
export const namesIn = (html: string): string[] =>
  [...html.matchAll(/aria-label="([^"]*)"/g)].map((found) => found[1]!.replace(/&amp;/g, "&"));
