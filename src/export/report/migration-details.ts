import { sayDifferences } from "../../model/say-difference.ts";
import type { Loss, RollbackProof } from "../../model/rollback.ts";
import { formatLocation } from "../../model/source.ts";
import type { PlanMigration, PlanRollback, PlanStatement } from "../../model/plan.ts";
import { count, counted } from "../../model/say-number.ts";
import { html, join, type Markup } from "./markup.ts";
import { linkMigration, linkMigrations, type PlanIndex } from "./plan-index.ts";
import { anchor } from "./report-data.ts";
import { compatibilityMeaning, patternName, rollbackMeaning } from "./words.ts";

/** Everything that the plan knows of one migration, as it is shown when its entry is opened. */
export function migrationDetails(migration: PlanMigration, index: PlanIndex): Markup {
  return html`${facts(migration, index)}${questions(migration, index)}
    <h3>SQL</h3>
    ${migration.up.length === 0 ? html`<p>Nothing is run.</p>` : migration.up.map(statement)}
    <h3>Rollback</h3>
    ${rollback(migration.rollback)} ${versions(migration, index)}
    <h3>Evidence</h3>
    ${evidence(migration)}`;
}

function facts(migration: PlanMigration, index: PlanIndex): Markup {
  const { understanding, compatibility } = migration;
  const needs = index.needs.get(migration.id) ?? [];
  const neededBy = index.neededBy.get(migration.id) ?? [];
  const merges = index.merges.get(migration.id) ?? [];
  const rows: readonly (readonly [string, Markup] | null)[] = [
    ["Intent", html`${understanding.intent}`],
    ["Pattern", html`${patternName(understanding.pattern)}`],
    ["Schema version", html`${understanding.semantic_version}`],
    ["Compatibility", html`${compatibility}: ${compatibilityMeaning[compatibility]}`],
    ["Files", files(migration)],
    migration.author === null ? null : ["Author", html`${migration.author}`],
    migration.date === null
      ? null
      : ["Date", html`<time datetime="${migration.date}">${migration.date.slice(0, 16).replace("T", " ")}</time>`],
    needs.length === 0
      ? null
      : [
          "Needs",
          join(
            needs.slice(0, 20).map(({ id, through }) => html`${linkMigration(id, index)} (${through.slice(0, 3).join(", ")})`),
            html`, `,
          ),
        ],
    neededBy.length === 0 ? null : ["Needed by", linkMigrations(neededBy, index)],
    [
      "Squash",
      merges.length === 0
        ? html`${patternName(understanding.optimization)}: not merged`
        : html`${patternName(understanding.optimization)}:
          ${join(
            merges.slice(0, 12).map((number) => mergeLink(number, index)),
            html`, `,
          )}`,
    ],
    ...(index.findings.get(migration.id) ?? []).map((message) => ["Noticed", html`${message}`] as const),
  ];
  return html`<dl class="facts">
    ${rows.map((row) =>
      row === null
        ? null
        : html`<div>
            <dt>${row[0]}</dt>
            <dd>${row[1]}</dd>
          </div>`,
    )}
  </dl>`;
}

function mergeLink(number: number, { plan }: PlanIndex): Markup {
  return html`<a href="#${anchor("merge", String(number))}">${plan.squash.merges[number]?.rule ?? ""}</a>`;
}

function files({ files: list }: PlanMigration): Markup {
  return join(
    list.map(({ path, role, sha256 }) => html`<code>${path}</code> <small>(${role}, SHA-256 ${sha256.slice(0, 12)}…)</small>`),
    html`<br />`,
  );
}

function questions({ id }: PlanMigration, { questions: all }: PlanIndex): Markup | null {
  const list = all.get(id) ?? [];
  if (list.length === 0) return null;
  return html`<p>
    Asks:
    ${join(
      list.map(
        ({ id: edge, title, decision }) =>
          html`<a href="#${anchor("decision", edge)}">${title}</a> (${decision === null ? "open" : `decided: ${decision.choice}`})`,
      ),
      html`; `,
    )}
  </p>`;
}

function statement({ sql: text, data, location, lock, hazards, transactional, outcome }: PlanStatement): Markup {
  return html`<div class="statement">
    ${sqlBlock(text)}${data === null ? null : html`<p class="note">Data: ${counted(data.rows, "row")}, ${count(data.bytes)} bytes, SHA-256 <code>${data.sha256}</code></p>`}
    <p class="note">
      <code>${formatLocation(location)}</code>${lock === null ? null : html` · lock <span class="lock">${lock}</span>`}${
        transactional ? null : html` · outside of a transaction`
      }${outcome === "done" ? null : html` · <strong>${outcome}</strong>`}
    </p>
    ${hazards.map(
      (hazard) =>
        html`<div class="hazard ${hazard.severity}">
          <p><strong>${hazard.severity} · ${hazard.rule}</strong> ${hazard.message}</p>
          ${
            hazard.safer === null
              ? null
              : html`<p class="label">Safer</p>
                  ${saferForm(hazard.safer)}`
          }
        </div>`,
    )}
  </div>`;
}

/** The safer form is SQL, one statement a line, or a sentence. */
function saferForm(text: string): Markup {
  const isSql = /^(?:ALTER|CREATE|DROP|REINDEX|REFRESH|UPDATE|DELETE|LOCK|SET)\b/.test(text);
  return isSql ? sqlBlock(text.replaceAll(/; (?=[A-Z])/g, ";\n")) : html`<p>${text}</p>`;
}

/** SQL as it is, which the page may colour. */
export function sqlBlock(sql: string): Markup {
  return html`<pre tabindex="0"><code class="sql">${sql}</code></pre>`;
}

function rollback(given: PlanRollback): Markup {
  const { status, origin, reason, check, proof, rejected } = given;
  return html`<p>
      <span class="badge r-${status}">${status}</span> ${rollbackMeaning[status]}${reason === null ? null : html` ${reason}`}${
        origin === null ? null : html` Origin: ${origin}.`
      }
    </p>
    ${given.sql.map((text) => sqlBlock(text))}${losses("The migration itself destroys", given.upLoses)}${losses("Going back destroys", given.downLoses)}
    ${
      check === null
        ? null
        : html`<p class="label">Must return no row before it may run</p>
            ${sqlBlock(check)}`
    }
    ${
      proof === null
        ? null
        : html`<p class="label">Proof</p>
            ${proofText(proof)}`
    }
    ${
      rejected.length === 0
        ? null
        : html`<p class="label">Tried and rejected</p>
            <ul>
              ${rejected.map((one) => html`<li>${one.origin}: ${proofText(one)}</li>`)}
            </ul>`
    }`;
}

function losses(label: string, list: readonly Loss[]): Markup | null {
  if (list.length === 0) return null;
  return html`<p class="label">${label}</p>
    <ul>
      ${list.map(({ table, columns, what }) => html`<li>${what}${table === null ? null : html` (<code>${table}${columns.length === 0 ? "" : `: ${columns.join(", ")}`}</code>)`}</li>`)}
    </ul>`;
}

function proofText({ engine, rows, executed, error, differences, notCovered }: RollbackProof): Markup {
  const seen = !executed
    ? "not executed"
    : error !== null
      ? `stopped by: ${error}`
      : differences.length === 0
        ? "no difference from before"
        : `not as before: ${sayDifferences(differences).join("; ")}`;
  return html`<p>
    Executed on ${engine} with ${counted(rows, "row")}:
    ${seen}.${notCovered.length === 0 ? null : ` Not covered: ${notCovered.join("; ")}.`}
  </p>`;
}

function versions({ id }: PlanMigration, { bumps }: PlanIndex): Markup | null {
  const list = bumps.get(id) ?? [];
  if (list.length === 0) return null;
  return html`<h3>Versions</h3>
    <ul>
      ${list.map(
        ({ identity, kind, version, level, reason, objectId }) =>
          html`<li><a href="#${anchor("object", objectId)}">${kind} ${identity}</a> ${version} (${level}): ${reason}</li>`,
      )}
    </ul>`;
}

function evidence({ evidence: list, understanding }: PlanMigration): Markup {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Part</th>
        <th scope="col">Seen</th>
        <th scope="col" class="number">Factor</th>
      </tr>
    </thead>
    <tbody>
      ${list.map(
        ({ part, statement: seen, value }) =>
          html`<tr>
            <td>${part}</td>
            <td>${seen}</td>
            <td class="number">${value}</td>
          </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row" colspan="2">Confidence: their product</th>
        <td class="number">${understanding.confidence}</td>
      </tr>
    </tfoot>
  </table>`;
}
