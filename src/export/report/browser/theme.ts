import { byId } from "./page.ts";

/** The button between light and dark; the reader's system says which is first. Nothing is stored. */
export function offerThemes(): void {
  const button = byId("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = (isDark: boolean): void => {
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(isDark));
  };
  show(dark.matches);
  dark.addEventListener("change", ({ matches }) => show(matches));
  button.addEventListener("click", () => show(document.documentElement.dataset["theme"] !== "dark"));
}
