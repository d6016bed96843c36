import type { Entries } from "./entries.ts";
import { byId, onFilter, sayShown, valuesOf } from "./page.ts";

/** The list of objects: filtered by name, kind and state. */
export function openObjectList(entries: Entries): { readonly reveal: (entry: HTMLElement) => void } {
  const list = byId("object-list");
  const form = byId("object-filters") as HTMLFormElement;
  const show = (): void => {
    entries.fillLists(list);
    const rows = [...list.children] as HTMLElement[];
    const { text = "", kind = "", state = "" } = valuesOf(form);
    const wanted = text.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const matches =
        (kind === "" || row.dataset["kind"] === kind) &&
        (state === "" || row.dataset["state"] === state) &&
        (row.dataset["name"] ?? "").toLowerCase().includes(wanted);
      row.hidden = !matches;
      if (matches) shown += 1;
    }
    byId("object-count").textContent = sayShown(shown, rows.length, "object");
  };
  onFilter(form, show);
  return {
    reveal(entry) {
      if (!list.contains(entry) || !entry.hidden) return;
      form.reset();
      show();
    },
  };
}
