import type { Entries } from "./entries.ts";

/** Follows links within the page: the entry that is meant is shown, opened and focused, also when the page is opened with a fragment. */
export function followLinks({ entries, reveal }: { readonly entries: Entries; readonly reveal: (entry: HTMLElement) => void }): void {
  const follow = (): void => {
    const id = location.hash.slice(1);
    if (id === "") return;
    const find = (): HTMLElement | null => document.getElementById(id) ?? document.getElementById(decode(id));
    if (find() === null) entries.fillLists(document.body);
    const target = find();
    if (target === null) return;
    reveal(target);
    for (let around = target.parentElement; around !== null; around = around.parentElement) {
      if (around instanceof HTMLDetailsElement) around.open = true;
    }
    if (target instanceof HTMLDetailsElement) {
      entries.open(target);
      target.querySelector("summary")?.focus({ preventScroll: true });
    }
    target.scrollIntoView();
    // What lies between was only estimated in height until it came into view.
    requestAnimationFrame(() => target.scrollIntoView());
  };
  addEventListener("hashchange", follow);
  // A link to where one already is changes no hash.
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href^='#']") : null;
    if (link !== null && link.hash === location.hash) follow();
  });
  follow();
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch (error) {
    if (error instanceof URIError) return id;
    throw error;
  }
}
