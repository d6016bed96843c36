import type { Plan } from "../../../model/plan.ts";
import { count, counted } from "../../../model/say-number.ts";
import { html, type Markup } from "../markup.ts";
import { linkMigration, linkMigrations, type PlanIndex } from "../plan-index.ts";
import { rollbackMeaning, rollbackStatuses } from "../words.ts";

/** What a DBA looks at first: the state of things in figures, each with where it can be checked. */
export function summarySection(index: PlanIndex): Markup {
  const { plan } = index;
  const { summary, squash, source, engine } = plan;
  const statements = plan.migrations.reduce((sum, { up }) => sum + up.length, 0);
  const live = plan.objects.filter(({ dropped }) => !dropped).length;
  const lowest = plan.migrations.find(({ understanding }) => understanding.confidence === summary.minimumConfidence);
  const open = plan.edgeCases.filter(({ decision }) => decision === null);
  return html`<section id="summary" aria-labelledby="summary-title">
    <h2 id="summary-title">Summary</h2>
    ${verdict(plan, open.length)}
    <dl class="cards">
      ${card("Migrations", count(source.migrations), source.from === null ? "undated" : `${source.from.slice(0, 10)} to ${source.to?.slice(0, 10)}`)}
      ${card("Operations", count(summary.operations), `in ${counted(statements, "statement")}`)}
      ${card("Schema", summary.version, `${counted(live, "object")} at the head`)}
      ${card("Confidence", summary.confidence.toFixed(3), html`lowest ${summary.minimumConfidence.toFixed(3)}${lowest === undefined ? null : html` (${linkMigration(lowest.id, index)})`}`)}
      ${card("Rollbacks proven", `${(summary.rollbacks.coverage * 100).toFixed(1)} %`, `${count(summary.rollbacks.irreversible + summary.rollbacks.unproven)} without a way back`)}
      ${card("Squash", `${count(statements)} → ${count(squash.statements.length)}`, squash.proof.proven ? "statements, proven equal" : "statements, NOT proven equal")}
    </dl>
    ${rollbackBar(plan)} ${confidenceBar(plan)} ${hazardTable(index)}
    <p class="note">
      Everything here was executed on ${engine.postgres}${engine.embedded ? " (embedded)" : ""}; the plan is
      <code>${plan.contentId.slice(0, 16)}…</code>, its decisions <code>${plan.decisionsId.slice(0, 16)}…</code>. A database is not part of
      it: what would be done to one is shown by <code>pggit apply PLAN --database URL --dry-run</code>.
    </p>
    ${approvals(plan)}
  </section>`;
}

function card(label: string, value: string, note: string | Markup): Markup {
  return html`<div>
    <dt>${label}</dt>
    <dd><b>${value}</b> <span>${note}</span></dd>
  </div>`;
}

function verdict(plan: Plan, open: number): Markup {
  const { squash, summary } = plan;
  const unproven = summary.rollbacks.unproven;
  const lines: readonly (readonly ["bad" | "good", Markup])[] = [
    open === 0
      ? ["good", html`No question is open.`]
      : [
          "bad",
          html`<a href="#decisions">${counted(open, "question")}</a> ${open === 1 ? "is" : "are"} open: nothing that they concern is applied
            before they are decided.`,
        ],
    squash.proof.proven
      ? [
          "good",
          html`The squashed history gives the same
            catalog${squash.proof.rows === 0 ? "" : ` and the same ${counted(squash.proof.rows, "seed row")}`} as the original:
            <a href="#squash">proof</a>.`,
        ]
      : ["bad", html`The squashed history was not proven equal to the original: <a href="#squash">what differs</a>.`],
    unproven === 0
      ? ["good", html`Every rollback that is offered was executed and seen to hold.`]
      : ["bad", html`${counted(unproven, "rollback")} could not be proven and ${unproven === 1 ? "is" : "are"} not offered.`],
  ];
  return html`<ul class="verdict">
    ${lines.map(([kind, text]) => html`<li class="${kind}"><span class="sign" aria-hidden="true">${kind === "good" ? "✓" : "!"}</span> <span>${text}</span></li>`)}
  </ul>`;
}

interface Share {
  readonly name: string;
  readonly value: number;
  readonly className: string;
  readonly note: string;
}

function rollbackBar({ summary: { rollbacks } }: Plan): Markup {
  const values = [rollbacks.proven, rollbacks.provenConditional, rollbacks.provenLossy, rollbacks.irreversible, rollbacks.unproven];
  const shares = rollbackStatuses.map((status, index) => ({
    name: status,
    value: values[index] ?? 0,
    className: `r-${status}`,
    note: rollbackMeaning[status],
  }));
  return stackedBar("Rollbacks", shares);
}

function confidenceBar({ migrations }: Plan): Markup {
  const within = (from: number, to: number): number =>
    migrations.filter(({ understanding: { confidence } }) => confidence >= from && confidence < to).length;
  return stackedBar("Confidence", [
    { name: "0.95 and above", value: within(0.95, 2), className: "r-proven", note: "Nothing to do." },
    { name: "0.80 to 0.95", value: within(0.8, 0.95), className: "r-proven-lossy", note: "Look when you like." },
    { name: "below 0.80", value: within(0, 0.8), className: "r-unproven", note: "A person must decide." },
  ]);
}

/** A bar of shares with its legend; the widths are attributes, since the page allows no inline styles. */
function stackedBar(title: string, shares: readonly Share[]): Markup {
  const total = shares.reduce((sum, { value }) => sum + value, 0);
  let x = 0;
  const bars = shares.map(({ value, className }) => {
    const width = total === 0 ? 0 : (value / total) * 1000;
    x += width;
    return value === 0
      ? null
      : html`<rect class="${className}" x="${(x - width).toFixed(1)}" y="0" width="${width.toFixed(1)}" height="16"></rect>`;
  });
  return html`<figure class="share">
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">${bars}</svg>
    <ul>
      ${shares
        .filter(({ value }) => value > 0)
        .map(
          ({ name, value, className, note }) =>
            html`<li><span class="swatch ${className}"></span><b>${count(value)}</b> ${name} <small>${note}</small></li>`,
        )}
    </ul>
  </figure>`;
}

const severities = ["high", "medium", "low"] as const;

function hazardTable(index: PlanIndex): Markup | null {
  const rules = new Map<string, { severity: (typeof severities)[number]; rule: string; statements: number; migrations: string[] }>();
  for (const { id, up } of index.plan.migrations) {
    for (const { severity, rule } of up.flatMap(({ hazards }) => hazards)) {
      const key = `${severities.indexOf(severity)} ${rule}`;
      const known = rules.get(key) ?? { severity, rule, statements: 0, migrations: [] };
      known.statements += 1;
      known.migrations.push(id);
      rules.set(key, known);
    }
  }
  if (rules.size === 0) return null;
  const rows = [...rules].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  return html`<h3>Hazards, where these statements still have to run on a database with rows</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Hazards">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Rule</th>
            <th scope="col" class="number">Statements</th>
            <th scope="col">Migrations</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ severity, rule, statements, migrations }) =>
              html`<tr>
                <td><span class="badge h-${severity}">${severity}</span></td>
                <td>${rule}</td>
                <td class="number">${count(statements)}</td>
                <td>${linkMigrations(migrations, index)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function approvals({ approvals: list, contentId, decisionsId }: Plan): Markup {
  if (list.length === 0) return html`<p class="note">Nobody has approved this plan yet.</p>`;
  return html`<h3>Approvals</h3>
    <ul>
      ${list.map(({ as, role, at, contentId: content, decisionsId: decisions }) => html`<li>${as}${role === null ? null : ` (${role})`}, ${at}${content === contentId && decisions === decisionsId ? null : html`: <strong>of another content</strong>`}</li>`)}
    </ul>`;
}
