import { createHash } from "node:crypto";
import type { Plan } from "../../model/plan.ts";
import { readHeadSchema } from "../head-schema.ts";
import { html, jsonForScript, own, ownCode, piecesForScript, tight, type Markup } from "./markup.ts";
import { migrationDetails } from "./migration-details.ts";
import { indexPlan } from "./plan-index.ts";
import type { DetailKind, ReportData } from "./report-data.ts";
import { decisionsSection } from "./sections/decisions.ts";
import { findingsSection } from "./sections/findings.ts";
import { listedMigrations, migrationsSection } from "./sections/migrations.ts";
import { objectDetails, objectEntries, objectsSection } from "./sections/objects.ts";
import { diagramRelations, schemaSection } from "./sections/schema.ts";
import { mergeDetails, squashLists, squashSection } from "./sections/squash.ts";
import { summarySection } from "./sections/summary.ts";
import { timelineSection } from "./sections/timeline.ts";
import { buildTimeline } from "./timeline.ts";

/** The program and the style sheet of the page, as `scripts/build.js` bundled them. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

/** Stands near the beginning of every report: by it pggit knows its own. */
export const reportMark = "<title>pggit report: ";

const sections = [
  ["summary", "Summary"],
  ["timeline", "Timeline"],
  ["decisions", "Edge cases"],
  ["migrations", "Migrations"],
  ["schema", "Schema"],
  ["squash", "Squash"],
  ["objects", "Objects"],
  ["findings", "Findings"],
] as const;

/**
 * The report on a plan as one HTML file that needs nothing else: no network (its Content-Security-Policy forbids any), no other file. What every reader sees first
 * stands in the page as it is; what an entry holds is put in when it is opened. The same plan gives the same bytes. Needs `loadParser()` once before.
 */
export function renderReport(plan: Plan, assets: ReportAssets): string {
  const index = indexPlan(plan);
  const { timeline, bucketOf } = buildTimeline(plan);
  const relations = readHeadSchema(plan);
  const data: ReportData = {
    migrations: listedMigrations(index, bucketOf),
    timeline,
  };
  const details: Readonly<Record<DetailKind, readonly string[]>> = {
    migration: plan.migrations.map((migration) => compact(migrationDetails(migration, index))),
    merge: plan.squash.merges.map((merge) => compact(mergeDetails(merge, index))),
    object: plan.objects.map((object) => compact(objectDetails(object, index))),
    list: [objectEntries(index), ...squashLists(index)].map(compact),
  };
  const tool = plan.source.tool === "sql" ? "SQL" : plan.source.tool.replace(/^./, (first) => first.toUpperCase());
  const title = `${tool} history of ${plan.source.location === "." ? "the given folder" : plan.source.location}`;
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${hash(assets.script)}'; style-src '${hash(assets.style)}'; base-uri 'none'; form-action 'none'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
${own(reportMark)}${title}</title>
<style>${ownCode(assets.style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">pggit <span>report</span></p>
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<button type="button" id="theme" aria-pressed="false">Dark</button>
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
<noscript><p class="note">Without its own script (which the page carries, and which reaches no network) the chart, the diagram and what entries hold are missing.</p></noscript>
${summarySection(index)}
${timelineSection(timeline)}
${decisionsSection(index)}
${migrationsSection(index)}
${schemaSection(relations)}
${squashSection(index)}
${objectsSection(index)}
${findingsSection(index)}
</main>
<script type="application/json" id="report-data">${jsonForScript(data)}</script>
<script type="application/json" id="report-relations">${jsonForScript(diagramRelations(relations))}</script>
${Object.entries(details).map(
  ([kind, pieces]) =>
    html`<script type="text/plain" id="report-${kind}">
      ${piecesForScript(pieces)}
    </script>`,
)}
<script>${ownCode(assets.script)}</script>
</body>
</html>
`;
  return text;
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function compact(markup: Markup): string {
  return tight(markup).text;
}
