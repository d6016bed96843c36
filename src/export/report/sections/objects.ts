import type { PlanObject } from "../../../model/plan.ts";
import { counted } from "../../../model/say-number.ts";
import { html, tight, type Markup } from "../markup.ts";
import { linkMigration, type PlanIndex } from "../plan-index.ts";
import { anchor, objectId } from "../report-data.ts";

/** Every object with its version, opened for its history. */
export function objectsSection({ plan }: PlanIndex): Markup {
  const kinds = [...new Set(plan.objects.map(({ kind }) => kind))].sort();
  return html`<section id="objects" aria-labelledby="objects-title">
    <h2 id="objects-title">Objects and their versions</h2>
    <form class="filters" id="object-filters" role="search" aria-label="Objects">
      <label class="wide">Search <input type="search" name="text" placeholder="name" autocomplete="off" /></label>
      <label
        >Kind
        <select name="kind">
          <option value="">any</option>
          ${kinds.map((kind) => html`<option value="${kind}">${kind}</option>`)}
        </select></label
      >
      <label
        >State
        <select name="state">
          <option value="">any</option>
          <option value="head">at the head</option>
          <option value="dropped">dropped</option>
        </select></label
      >
      <button type="reset">Show all</button>
    </form>
    <p class="toolbar"><output id="object-count">${counted(plan.objects.length, "object")}</output></p>
    <div class="list" id="object-list" data-list="0"></div>
  </section>`;
}

/** The entries of the list, in the order of the plan. */
export function objectEntries({ plan }: PlanIndex): Markup {
  return html`${plan.objects.map(entry)}`;
}

function entry({ kind, identity, version, dropped, history }: PlanObject, number: number): Markup {
  return tight(
    html`<details
      id="${anchor("object", objectId(kind, identity))}"
      data-detail="object"
      data-number="${number}"
      data-name="${identity}"
      data-kind="${kind}"
      data-state="${dropped ? "dropped" : "head"}"
    >
      <summary>
        <span class="what"><span class="name">${identity}</span> <span class="intent">${kind}</span></span
        ><span class="badges">${dropped ? html`<span class="badge">dropped</span>` : null}</span
        ><span class="meta">${version} · ${counted(history.length, "change")}</span>
      </summary>
    </details>`,
  );
}

/** The versions of one object, each with its migration and reason. */
export function objectDetails({ history }: PlanObject, index: PlanIndex): Markup {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Version</th>
        <th scope="col">Level</th>
        <th scope="col">Migration</th>
        <th scope="col">Reason</th>
      </tr>
    </thead>
    <tbody>
      ${history.map(
        ({ version, level, migration, reason }) =>
          html`<tr>
            <td>${version}</td>
            <td>${level}</td>
            <td>${linkMigration(migration, index)}</td>
            <td>${reason}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
