import type { PlanMigration } from "../../../model/plan.ts";
import { counted } from "../../../model/say-number.ts";
import { html, tight, type Markup } from "../markup.ts";
import { worstHazard, type PlanIndex } from "../plan-index.ts";
import { anchor, type ListedMigration } from "../report-data.ts";
import { authorName, patternName, rollbackStatuses } from "../words.ts";

/** The list of migrations: one entry each, opened on demand, with what it can be filtered by. */
export function migrationsSection(index: PlanIndex): Markup {
  const { plan, questions } = index;
  const patterns = [...new Set(plan.migrations.map(({ understanding }) => understanding.pattern))].sort();
  return html`<section id="migrations" aria-labelledby="migrations-title">
    <h2 id="migrations-title">Migrations</h2>
    <form class="filters" id="migration-filters" role="search" aria-label="Migrations">
      <label class="wide"
        >Search <input type="search" name="text" placeholder="id, words, author, table, column" autocomplete="off"
      /></label>
      ${select("rollback", "Rollback", rollbackStatuses)} ${select("hazard", "Hazards", ["high", "medium", "low", "none"])}
      ${select("pattern", "Pattern", patterns, patternName)}
      ${select("other", "Show", ["questions", "confidence"], (value) => (value === "questions" ? "with open questions" : "confidence below 0.95"))}
      <button type="reset">Show all</button>
    </form>
    <p class="toolbar">
      <output id="migration-count">${counted(plan.migrations.length, "migration")}</output>
      <button type="button" id="open-all">Open all shown</button> <button type="button" id="close-all">Close all</button>
    </p>
    <div class="list" id="migration-list">
      ${plan.migrations.map((migration, number) => entry(migration, { number, open: openQuestions(migration, questions) }))}
    </div>
  </section>`;
}

function select(name: string, label: string, values: readonly string[], say: (value: string) => string = (value) => value): Markup {
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">any</option>
      ${values.map((value) => html`<option value="${value}">${say(value)}</option>`)}
    </select></label
  >`;
}

function openQuestions({ id }: PlanMigration, questions: PlanIndex["questions"]): number {
  return (questions.get(id) ?? []).filter(({ decision }) => decision === null).length;
}

function entry(migration: PlanMigration, { number, open }: { readonly number: number; readonly open: number }): Markup {
  const { id, name, date, rollback, understanding } = migration;
  const hazard = worstHazard(migration);
  const author = authorName(migration.author);
  return tight(
    html`<details id="${anchor("migration", id)}" data-detail="migration" data-number="${number}">
      <summary>
        <b class="id">${id}</b
        ><span class="what"><span class="name">${name}</span> <span class="intent">${understanding.intent}</span></span
        ><span class="badges"
          >${open === 0 ? null : html`<span class="badge open">${counted(open, "question")}</span>`}${hazard === null ? null : html`<span class="badge h-${hazard}">${hazard} hazard</span>`}<span
            class="badge r-${rollback.status}"
            >${rollback.status}</span
          ></span
        ><span class="meta"
          >${date === null ? null : html`${date.slice(0, 10)} · `}${author === null ? null : html`${author} · `}${understanding.semantic_version}
          · confidence ${understanding.confidence.toFixed(2)}</span
        >
      </summary>
    </details>`,
  );
}

/** What the list is filtered by, in its order. */
export function listedMigrations({ plan, questions }: PlanIndex, bucketOf: readonly number[]): readonly ListedMigration[] {
  return plan.migrations.map((migration, number) => ({
    text: [
      migration.id,
      migration.name,
      migration.understanding.intent,
      migration.author ?? "",
      ...migration.files.map(({ path }) => path),
      ...new Set(migration.up.flatMap(({ objects }) => objects.writes.map((key) => key.slice(key.indexOf(":") + 1)))),
    ]
      .join("\n")
      .toLowerCase(),
    rollback: migration.rollback.status,
    hazard: worstHazard(migration) ?? "",
    pattern: migration.understanding.pattern,
    confidence: migration.understanding.confidence,
    open: openQuestions(migration, questions),
    bucket: bucketOf[number] ?? -1,
  }));
}
