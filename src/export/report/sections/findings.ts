import { formatLocation } from "../../../model/source.ts";
import { html, type Markup } from "../markup.ts";
import { linkMigration, type PlanIndex } from "../plan-index.ts";

/** What was noticed and asks nothing; then the branches. */
export function findingsSection(index: PlanIndex): Markup {
  const { findings, branches } = index.plan;
  return html`<section id="findings" aria-labelledby="findings-title">
    <h2 id="findings-title">Findings</h2>
    ${
      findings.length === 0
        ? html`<p>Nothing else was noticed.</p>`
        : html`<ul class="long">
            ${findings.map(({ code, message, location, migration }) => html`<li><b>${code}</b>${migration === null ? null : html` ${linkMigration(migration, index)}`}: ${message}${location === null ? null : html` <code>${formatLocation(location)}</code>`}</li>`)}
          </ul>`
    }
    ${
      branches.length < 2
        ? null
        : html`<h3>Branches</h3>
            <ul>
              ${branches.map(({ name, environment, migrations }) => html`<li><b>${name}</b>${environment === null ? null : ` (${environment})`}: ${migrations.length} migrations</li>`)}
            </ul>`
    }
  </section>`;
}
