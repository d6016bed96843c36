import type { ListedMigration, Timeline } from "../report-data.ts";
import type { Entries } from "./entries.ts";
import { byId, onFilter, sayShown, valuesOf } from "./page.ts";

interface MigrationList {
  /** Lists the migrations of one bucket of the timeline only. */
  readonly showBucket: (bucket: number) => void;
  /** Drops the filters where they hide this entry. */
  readonly reveal: (entry: HTMLElement) => void;
}

/** From what number of entries on opening all is asked for twice. */
const many = 500;

/** The list of migrations: filtered by words, states and the timeline. */
export function openMigrationList(
  migrations: readonly ListedMigration[],
  { entries, timeline }: { readonly entries: Entries; readonly timeline: Timeline },
): MigrationList {
  const list = byId("migration-list");
  const rows = [...list.children] as HTMLDetailsElement[];
  const form = byId("migration-filters") as HTMLFormElement;
  const count = byId("migration-count");
  let bucket: number | null = null;

  const show = (): void => {
    const { text = "", rollback = "", hazard = "", pattern = "", other = "" } = valuesOf(form);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    migrations.forEach((migration, number) => {
      const matches =
        (bucket === null || migration.bucket === bucket) &&
        (rollback === "" || migration.rollback === rollback) &&
        (hazard === "" || (migration.hazard || "none") === hazard) &&
        (pattern === "" || migration.pattern === pattern) &&
        (other !== "questions" || migration.open > 0) &&
        (other !== "confidence" || migration.confidence < 0.95) &&
        words.every((word) => migration.text.includes(word));
      const row = rows[number];
      if (row === undefined) return;
      row.hidden = !matches;
      if (matches) shown += 1;
    });
    const of = bucket === null ? "" : `, of ${timeline.buckets[bucket]?.label ?? ""}`;
    count.textContent = `${sayShown(shown, migrations.length, "migration")}${of}`;
  };
  onFilter(form, show);
  form.addEventListener("reset", () => (bucket = null));
  byId("open-all").addEventListener("click", () => {
    const shown = rows.filter((row) => !row.hidden);
    if (shown.length >= many && !confirm(`Open ${shown.length} migrations at once? It may take a while.`)) return;
    for (const row of shown) entries.open(row);
  });
  byId("close-all").addEventListener("click", () => {
    for (const row of rows) row.open = false;
  });
  return {
    showBucket(chosen) {
      form.reset();
      bucket = chosen;
      show();
      byId("migrations").scrollIntoView();
      rows
        .find((row) => !row.hidden)
        ?.querySelector("summary")
        ?.focus({ preventScroll: true });
    },
    reveal(entry) {
      if (!list.contains(entry) || !entry.hidden) return;
      bucket = null;
      form.reset();
      show();
    },
  };
}
