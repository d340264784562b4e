import { getContext, setContext } from "svelte";
import type { StudioPage } from "../page";
import type { ShowConsole } from "./show-console.svelte";
import type { Studio } from "./session.svelte";

const STUDIO = Symbol("studio");
const CONSOLE = Symbol("console");
const PAGE = Symbol("page");

export const provideStudio = (studio: Studio, page: StudioPage) => (
  setContext(PAGE, page),
  setContext(STUDIO, studio)
);
export const useStudio = () => getContext<Studio>(STUDIO);
export const useStudioPage = () => getContext<StudioPage>(PAGE);
export const provideShowConsole = (control: ShowConsole) => setContext(CONSOLE, control);
export const useShowConsole = () => getContext<ShowConsole>(CONSOLE);
