import { pieceEnd, type DetailKind } from "../report-data.ts";
import { byId } from "./page.ts";
import { colourSql } from "./sql.ts";

/** What is put into the page when it is needed. */
export interface Entries {
  /** Fills an entry and opens it. */
  readonly open: (entry: HTMLDetailsElement) => void;
  /** Fills the lists within an element, itself included, that are still empty. */
  readonly fillLists: (within: Element) => void;
}

/**
 * Fills an entry when it is opened, and a long list when it comes near the screen, is linked to, or is printed: all of a long history at once would make the page slow.
 */
export function openEntries(): Entries {
  const read = new Map<DetailKind, readonly string[]>();
  const textOf = (kind: DetailKind, number: string | undefined): string => {
    const pieces = read.get(kind) ?? byId(`report-${kind}`).textContent.split(pieceEnd);
    read.set(kind, pieces);
    return pieces[Number(number)] ?? "";
  };
  const fill = (entry: HTMLDetailsElement): void => {
    const kind = entry.dataset["detail"] as DetailKind | undefined;
    if (kind === undefined || entry.childElementCount > 1) return;
    const content = document.createElement("div");
    content.className = "content";
    // Escaped where the report was made; the page's policy runs no script that it could hold.
    content.innerHTML = textOf(kind, entry.dataset["number"]);
    colourSql(content);
    entry.append(content);
  };
  const fillList = (list: HTMLElement): void => {
    const number = list.dataset["list"];
    delete list.dataset["list"];
    list.innerHTML = textOf("list", number);
  };
  const fillLists = (within: Element): void => {
    if (within.matches("[data-list]")) fillList(within as HTMLElement);
    for (const list of within.querySelectorAll<HTMLElement>("[data-list]")) fillList(list);
  };
  const near = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        fillLists(target);
      }
    },
    { rootMargin: "800px" },
  );
  for (const list of document.querySelectorAll("[data-list]")) near.observe(list);
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.open) fill(target);
    },
    true,
  );
  addEventListener("beforeprint", () => fillLists(document.body));
  colourSql(document.body);
  return {
    fillLists,
    open(entry) {
      fill(entry);
      entry.open = true;
    },
  };
}
