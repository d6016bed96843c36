import { counted } from "../../../model/say-number.ts";
import type { HeadRelation } from "../../head-schema.ts";
import { html, type Markup } from "../markup.ts";
import type { DiagramRelation } from "../report-data.ts";

/** The place of the diagram with its controls; the page draws it. */
export function schemaSection(relations: readonly HeadRelation[]): Markup {
  const schemas = [...new Set(relations.map(({ schema }) => schema))].sort();
  const keys = relations.reduce((sum, { foreignKeys }) => sum + foreignKeys.length, 0);
  return html`<section id="schema" aria-labelledby="schema-title">
    <h2 id="schema-title">Schema</h2>
    <p>
      The head as the squashed statements make it: ${counted(relations.length, "table or view", "tables and views")} with
      ${counted(keys, "foreign key")}.
    </p>
    <form class="filters" id="diagram-filters" role="search" aria-label="Diagram">
      <label class="wide"
        >Search <input type="search" name="text" placeholder="table or column" autocomplete="off" list="relation-names"
      /></label>
      <datalist id="relation-names">${relations.map(({ identity }) => html`<option value="${identity}"></option>`)}</datalist>
      <label
        >Schema
        <select name="schema">
          <option value="">all</option>
          ${schemas.map((schema) => html`<option value="${schema}">${schema}</option>`)}
        </select></label
      >
      <label
        >Kind
        <select name="kind">
          <option value="">all</option>
          ${[...new Set(relations.map(({ kind }) => kind))].sort().map((kind) => html`<option value="${kind}">${kind}</option>`)}
        </select></label
      >
      <label
        >Neighbours
        <select name="depth">
          <option value="0">none</option>
          <option value="1" selected>direct</option>
          <option value="2">two steps</option>
        </select></label
      >
      <label
        >Columns
        <select name="columns">
          <option value="keys">keys</option>
          <option value="all">all</option>
          <option value="none">none</option>
        </select></label
      >
      <button type="reset">Show all</button>
    </form>
    <p class="toolbar">
      <output id="diagram-count"></output>
      <button type="button" id="zoom-in" aria-label="Zoom in">+</button>
      <button type="button" id="zoom-out" aria-label="Zoom out">−</button>
      <button type="button" id="zoom-fit">Fit</button>
    </p>
    <div
      id="diagram"
      class="chart"
      tabindex="0"
      role="group"
      aria-label="Diagram of the schema: arrow keys move it, plus and minus zoom, Tab goes from table to table"
    ></div>
    <div id="relation" aria-live="polite"></div>
  </section>`;
}

/** The relations as the diagram draws them, linked by number. */
export function diagramRelations(relations: readonly HeadRelation[]): readonly DiagramRelation[] {
  const numbers = new Map(relations.map(({ identity }, number) => [identity, number]));
  return relations.map(({ kind, identity, columns, foreignKeys, reads, parents, migrations }) => {
    const referencing = new Set(foreignKeys.flatMap((key) => key.columns));
    const link = (target: string, by: "foreign-key" | "reads" | "part-of", text: string): DiagramRelation["links"] => {
      const to = numbers.get(target);
      return to === undefined ? [] : [{ to, by, columns: text }];
    };
    return {
      kind,
      identity,
      columns: columns.map(({ name, type, notNull, primaryKey }) => ({
        name,
        type: notNull ? `${type} NOT NULL` : type,
        mark: primaryKey ? ("key" as const) : referencing.has(name) ? ("reference" as const) : ("" as const),
      })),
      links: [
        ...foreignKeys.flatMap(({ columns: names, references }) => link(references, "foreign-key", names.join(", "))),
        ...reads.flatMap((target) => link(target, "reads", "")),
        ...parents.flatMap((target) => link(target, "part-of", "")),
      ],
      migrations: migrations.length,
    };
  });
}
