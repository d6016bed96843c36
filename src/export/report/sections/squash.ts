import { listNames } from "../../../model/list-names.ts";
import { sayDifferences } from "../../../model/say-difference.ts";
import type { Merge } from "../../../model/squash.ts";
import { count, counted } from "../../../model/say-number.ts";
import { html, tight, type Markup } from "../markup.ts";
import { sqlBlock } from "../migration-details.ts";
import { linkMigration, linkMigrations, type PlanIndex } from "../plan-index.ts";
import { anchor } from "../report-data.ts";

/** What the squash made of the history: its proof, the merges by rule with before and after, and what was left as it is. */
export function squashSection(index: PlanIndex): Markup {
  const { squash, migrations } = index.plan;
  const { proof } = squash;
  const before = migrations.reduce((sum, { up }) => sum + up.length, 0);
  return html`<section id="squash" aria-labelledby="squash-title">
    <h2 id="squash-title">Squash</h2>
    <p>
      ${count(before)} statements became ${count(squash.statements.length)}. ${proof.proven ? "Executed beside the original" : "NOT proven"}
      on ${proof.engine}:
      ${proof.differences.length === 0 ? "the catalogs are equal" : `not equal: ${sayDifferences(proof.differences).join("; ")}`},
      ${counted(proof.rows, "seed row")} compared.${proof.notCovered.length === 0 ? null : ` Not covered: ${proof.notCovered.join("; ")}.`}
    </p>
    <div id="merges" data-list="1"></div>
    ${list({ title: "Taken back", count: squash.takenBack.length, note: "Merges that broke equality", number: 2 })}
    ${list({ title: "Kept as they were", count: squash.kept.length, note: "Statements that stand as they were, with the reason", number: 3 })}
    ${list({ title: "Left out", count: squash.elided.length, note: "Statements that change nothing on the way from empty", number: 4 })}
  </section>`;
}

/** The long lists of the section by the numbers that it gives them: the merges by rule, those taken back, what was kept, what was left out. */
export function squashLists(index: PlanIndex): readonly Markup[] {
  const { merges, takenBack, kept, elided } = index.plan.squash;
  return [
    html`${byRule(merges).map(
      ([rule, list]) =>
        html`<h3>${rule} <small>${counted(list.length, "merge")}</small></h3>
          <div class="list">${list.map(({ merge, number }) => mergeEntry(merge, number))}</div>`,
    )}`,
    html`${takenBack.map(({ merge, difference }) => html`<li>${merge.rule} (${linkMigrations(merge.migrations, index)}): ${difference}</li>`)}`,
    html`${kept.map((one) => reasoned(one, index))}`,
    html`${elided.map((one) => reasoned(one, index))}`,
  ];
}

function byRule(merges: readonly Merge[]): readonly (readonly [string, readonly { readonly merge: Merge; readonly number: number }[]])[] {
  const rules = new Map<string, { merge: Merge; number: number }[]>();
  merges.forEach((merge, number) => {
    const known = rules.get(merge.rule);
    if (known === undefined) rules.set(merge.rule, [{ merge, number }]);
    else known.push({ merge, number });
  });
  return [...rules].sort(([, left], [, right]) => right.length - left.length);
}

function mergeEntry({ after, before, migrations }: Merge, number: number): Markup {
  const ids = [...new Set(migrations)];
  const named = listNames(ids, 6);
  const title = firstLine(after[0] ?? before[0] ?? "");
  return tight(
    html`<details id="${anchor("merge", String(number))}" data-detail="merge" data-number="${number}">
      <summary>
        <span class="what"><span class="name">${title}</span> <span class="intent">${named}</span></span
        ><span class="meta">${before.length} → ${after.length}</span>
      </summary>
    </details>`,
  );
}

function firstLine(sql: string): string {
  const line = sql.trim().split("\n", 1)[0] ?? "";
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}

/** Before and after of one merge. */
export function mergeDetails({ before, after, migrations }: Merge, index: PlanIndex): Markup {
  return html`<p>${linkMigrations(migrations, index)}</p>
    <div class="columns">
      <div>
        <h4>Before</h4>
        ${before.map((sql) => sqlBlock(sql))}
      </div>
      <div>
        <h4>After</h4>
        ${after.length === 0 ? html`<p>Nothing: it is left out.</p>` : after.map((sql) => sqlBlock(sql))}
      </div>
    </div>`;
}

function reasoned(
  { migration, sql, reason }: { readonly migration: string; readonly sql: string; readonly reason: string },
  index: PlanIndex,
): Markup {
  return html`<li>${linkMigration(migration, index)}: ${reason}<br /><code>${firstLine(sql)}</code></li>`;
}

interface ListPlace {
  readonly title: string;
  readonly note: string;
  readonly count: number;
  readonly number: number;
}

function list({ title, note, count: size, number }: ListPlace): Markup | null {
  if (size === 0) return null;
  return html`<details class="plain-details">
    <summary>${title}: ${count(size)}</summary>
    <p>${note}.</p>
    <ul class="long" data-list="${number}"></ul>
  </details>`;
}
