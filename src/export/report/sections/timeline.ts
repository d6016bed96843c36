import { counted } from "../../../model/say-number.ts";
import { html, type Markup } from "../markup.ts";
import type { Timeline } from "../report-data.ts";

/** The place of the chart, which the page draws, and its figures as a table. */
export function timelineSection({ by, buckets, undated }: Timeline): Markup {
  const unit = by === "month" ? "month" : "stretch of the history";
  return html`<section id="timeline" aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <p>
      Operations per ${unit}; marks above the bars are hazards. Choose a bar to list its
      migrations.${undated === 0 ? null : ` ${counted(undated, "migration")} without a date ${undated === 1 ? "is" : "are"} not shown.`}
    </p>
    <div id="timeline-chart" class="chart"></div>
    <details>
      <summary>The figures as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of the timeline">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">${by === "month" ? "Month" : "Migrations"}</th>
              ${["Migrations", "Adds", "Changes", "Removes", "Data", "Other", "High hazards", "Medium", "Low"].map((name) => html`<th scope="col" class="number">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${buckets
              .filter(({ migrations }) => migrations > 0)
              .map(
                ({ label, migrations, operations: { adds, changes, removes, data, other }, hazards: { high, medium, low } }) =>
                  html`<tr>
                    <th scope="row">${label}</th>
                    ${[migrations, adds, changes, removes, data, other, high, medium, low].map((value) => html`<td class="number">${value}</td>`)}
                  </tr>`,
              )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}
