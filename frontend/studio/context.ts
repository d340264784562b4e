import { getContext, setContext } from "svelte";
import type { StudioPage } from "../page";
import type { Desk } from "./desk.svelte";
import type { Studio } from "./session.svelte";

const STUDIO = Symbol("studio");
const DESK = Symbol("desk");
const PAGE = Symbol("page");

export const provideStudio = (studio: Studio, page: StudioPage) => (
  setContext(PAGE, page),
  setContext(STUDIO, studio)
);
export const useStudio = () => getContext<Studio>(STUDIO);
export const useStudioPage = () => getContext<StudioPage>(PAGE);
export const provideDesk = (desk: Desk) => setContext(DESK, desk);
export const useDesk = () => getContext<Desk>(DESK);
