import { select } from "d3-selection";
import { anchor, objectId, type DiagramRelation } from "../report-data.ts";
import { byId } from "./page.ts";

interface Shown {
  readonly number: number;
  readonly neighbours: ReadonlySet<number>;
  /** Brings a relation with its neighbours into the diagram. */
  readonly show: (number: number) => void;
}

/** What is known of the relation that was chosen in the diagram: its columns, and what it is linked with. */
export function showRelation(relations: readonly DiagramRelation[], { number, neighbours, show }: Shown): void {
  const relation = relations[number];
  if (relation === undefined) return;
  const panel = select(byId("relation"));
  panel.selectAll("*").remove();
  const title = panel.append("h3");
  title.append("span").text(`${relation.kind} ${relation.identity}`);
  panel
    .append("p")
    .append("a")
    .attr("href", `#${anchor("object", objectId(relation.kind, relation.identity))}`)
    .text("Its versions");
  const buttons = panel.append("p").attr("class", "toolbar");
  buttons
    .append("button")
    .attr("type", "button")
    .text("Show it with its neighbours")
    .on("click", () => show(number));
  for (const other of neighbours) {
    buttons
      .append("button")
      .attr("type", "button")
      .text(relations[other]?.identity ?? "")
      .on("click", () => show(other));
  }
  if (relation.columns.length === 0) return;
  const table = panel.append("table").attr("class", "plain");
  const head = table.append("thead").append("tr");
  for (const name of ["Column", "Type", "Key", "Refers to"]) head.append("th").attr("scope", "col").text(name);
  const body = table.append("tbody");
  for (const { name, type, mark } of relation.columns) {
    const row = body.append("tr");
    const targets = relation.links.filter(({ by, columns }) => by === "foreign-key" && columns.split(", ").includes(name));
    row.append("td").append("code").text(name);
    row.append("td").text(type);
    row.append("td").text(mark === "key" ? "primary key" : "");
    row.append("td").text(targets.map(({ to }) => relations[to]?.identity ?? "").join(", "));
  }
}
