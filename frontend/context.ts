/** How a component reaches the page's words and its show, without passing them through every
 *  layer. */
import { getContext, setContext } from "svelte";
import type { Language } from "./i18n/i18n";
import type { ShowStore } from "./shop/store.svelte";

const WORDS = Symbol("words");
const SHOW = Symbol("show");

export const provideWords = (words: Language) => setContext(WORDS, words);
export const useWords = () => getContext<Language>(WORDS);
export const provideShow = (store: ShowStore) => setContext(SHOW, store);
export const useShow = () => getContext<ShowStore>(SHOW);
