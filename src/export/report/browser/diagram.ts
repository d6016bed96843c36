import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import type { DiagramRelation } from "../report-data.ts";
import { chooseRelations, neighboursOf, type DiagramChoice } from "./diagram-choice.ts";
import { placeBoxes, rowHeight, type Box, type Picture, type PlacedBox, type PlacedLink } from "./diagram-layout.ts";
import { byId, onFilter, readJson, valuesOf } from "./page.ts";
import { showRelation } from "./relation.ts";

const mostColumns = 24;
/** Under this scale the names in the boxes cannot be read. */
const leastReadable = 0.6;

/** The diagram of the schema: boxes of tables and views with links. It is drawn when it first comes near the screen, and anew when the filters change. */
export function openDiagram(): void {
  const container = byId("diagram");
  let opened = false;
  const open = (): void => {
    if (opened) return;
    opened = true;
    drawDiagram(container, readJson("report-relations") as readonly DiagramRelation[]);
  };
  whenNear(container, open);
  addEventListener("beforeprint", open);
}

function drawDiagram(container: HTMLElement, relations: readonly DiagramRelation[]): void {
  const form = byId("diagram-filters") as HTMLFormElement;
  const neighbours = neighboursOf(relations);
  const svg = select(container).append("svg").attr("aria-label", "Tables and views with their links").attr("role", "group");
  const canvas = svg.append("g");
  const zooming = zoom<SVGSVGElement, unknown>()
    .scaleExtent([0.05, 3])
    .on("zoom", ({ transform }: { transform: { toString(): string } }) => canvas.attr("transform", transform.toString()));
  // Without Ctrl the wheel scrolls the page, as everywhere.
  zooming.filter((event: MouseEvent) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : event.button === 0));
  svg.call(zooming).on("dblclick.zoom", null);
  let picture: Picture | null = null;

  const lookAt = (scale: number, centre: { readonly x: number; readonly y: number }): void => {
    const { clientWidth, clientHeight } = container;
    zooming.transform(svg, zoomIdentity.translate(clientWidth / 2 - centre.x * scale, clientHeight / 2 - centre.y * scale).scale(scale));
  };
  const scaleToFit = ({ width, height }: Picture): number =>
    Math.min(1.2, container.clientWidth / (width + 40), container.clientHeight / (height + 40));
  const fit = (): void => {
    if (picture !== null) lookAt(scaleToFit(picture), { x: picture.width / 2, y: picture.height / 2 });
  };
  /** The whole where that can be read, else the box that was asked for or has the most links. */
  const lookAtMost = (found: ReadonlySet<number>): void => {
    if (picture === null) return;
    if (scaleToFit(picture) >= leastReadable) return fit();
    const links = ({ number }: PlacedBox): number => (found.has(number) ? 1 : 0) * 1_000_000 + (neighbours[number]?.size ?? 0);
    const middle = picture.boxes.reduce<PlacedBox | null>((best, box) => (best === null || links(box) > links(best) ? box : best), null);
    if (middle !== null) lookAt(leastReadable, { x: middle.x + middle.width / 2, y: middle.y + middle.height / 2 });
    return undefined;
  };
  const choose = (number: number): void => {
    canvas.selectAll<SVGGElement, PlacedBox>("g.box").classed("selected", (box) => box.number === number);
    canvas.selectAll<SVGPathElement, PlacedLink>("path.link").classed("selected", ({ from, to }) => from === number || to === number);
    showRelation(relations, { number, neighbours: neighbours[number] ?? new Set(), show: focusOn });
  };
  const focusOn = (number: number): void => {
    form.reset();
    (form.elements.namedItem("text") as HTMLInputElement).value = relations[number]?.identity ?? "";
    draw();
    choose(number);
  };
  const draw = (): void => {
    const { text = "", schema = "", kind = "", depth = "1", columns = "keys" } = valuesOf(form);
    const choice = chooseRelations(relations, { text, schema, kind, depth: Number(depth) }, neighbours);
    const boxes = choice.shown.map((number) => ({ number, rows: rowsOf(relations[number], columns) }));
    picture = placeBoxes(boxes, (number) => relations[number]?.links ?? []);
    byId("diagram-count").textContent = say(choice, relations.length);
    paint(picture, choice);
    lookAtMost(choice.found);
  };
  const paint = ({ boxes, links }: Picture, { found }: DiagramChoice): void => {
    canvas.selectAll("*").remove();
    canvas
      .selectAll("path")
      .data(links)
      .join("path")
      .attr("class", ({ by }) => `link ${by}`)
      .attr("d", ({ points }) => `M${points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`);
    const nodes = canvas
      .selectAll("g")
      .data(boxes)
      .join("g")
      .attr("class", ({ number }) => `box ${relations[number]?.kind ?? ""}${found.has(number) ? "" : " neighbour"}`)
      .attr("transform", ({ x, y }) => `translate(${x.toFixed(1)},${y.toFixed(1)})`)
      .attr("role", "button")
      .attr("tabindex", 0)
      .attr("aria-label", ({ number }) => describe(relations, number))
      .on("click", (_event, { number }: PlacedBox) => choose(number))
      .on("focus", (event: Event, box: PlacedBox) => {
        if (isOutside(event.currentTarget as Element, container))
          lookAt(leastReadable, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
      })
      .on("dblclick", (_event, { number }: PlacedBox) => focusOn(number))
      .on("keydown", (event: KeyboardEvent, { number }: PlacedBox) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(number);
      });
    nodes
      .append("rect")
      .attr("width", ({ width }) => width)
      .attr("height", ({ height }) => height)
      .attr("rx", 4);
    nodes
      .selectAll("text")
      .data(({ rows }) => rows)
      .join("text")
      .attr("class", (_, index) => (index === 0 ? "name" : "column"))
      .attr("x", 10)
      .attr("y", (_, index) => 17 + index * rowHeight)
      .text((row) => row);
  };

  byId("zoom-in").addEventListener("click", () => zooming.scaleBy(svg, 1.3));
  byId("zoom-out").addEventListener("click", () => zooming.scaleBy(svg, 1 / 1.3));
  byId("zoom-fit").addEventListener("click", fit);
  container.addEventListener("keydown", (event) => {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [60, 0],
      ArrowRight: [-60, 0],
      ArrowUp: [0, 60],
      ArrowDown: [0, -60],
    };
    const step = steps[event.key];
    if (step !== undefined) zooming.translateBy(svg, step[0], step[1]);
    else if (event.key === "+" || event.key === "=") zooming.scaleBy(svg, 1.3);
    else if (event.key === "-") zooming.scaleBy(svg, 1 / 1.3);
    else return;
    event.preventDefault();
  });
  onFilter(form, draw);
  draw();
}

function isOutside(element: Element, container: Element): boolean {
  const [inner, outer] = [element.getBoundingClientRect(), container.getBoundingClientRect()];
  return inner.right > outer.right || inner.left < outer.left || inner.bottom > outer.bottom || inner.top < outer.top;
}

function whenNear(element: HTMLElement, act: () => void): void {
  const observer = new IntersectionObserver(
    (seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: "600px" },
  );
  observer.observe(element);
}

function rowsOf(relation: DiagramRelation | undefined, shown: string): Box["rows"] {
  if (relation === undefined) return [];
  const columns = relation.columns.filter(({ mark }) => shown === "all" || (shown === "keys" && mark !== ""));
  const rows = columns.slice(0, mostColumns).map(({ name, type, mark }) => {
    const sign = mark === "key" ? "● " : mark === "reference" ? "→ " : "  ";
    return `${sign}${name}${shown === "all" ? ` ${type}` : ""}`;
  });
  const more = columns.length > mostColumns ? [`  … ${columns.length - mostColumns} more`] : [];
  const name = relation.identity.startsWith("public.") ? relation.identity.slice("public.".length) : relation.identity;
  return [name, ...rows, ...more];
}

function describe(relations: readonly DiagramRelation[], number: number): string {
  const relation = relations[number];
  if (relation === undefined) return "";
  const targets = [...new Set(relation.links.map(({ to }) => relations[to]?.identity ?? ""))];
  return `${rowsOf(relation, "keys").join(" ")}: ${relation.kind} ${relation.identity}, ${relation.columns.length} columns${targets.length === 0 ? "" : `, refers to ${targets.join(", ")}`}`;
}

function say({ shown, left }: DiagramChoice, all: number): string {
  if (shown.length === 0) return "Nothing of that name.";
  const base = `${shown.length.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} shown`;
  return left === 0 ? `${base}.` : `${base}: those with the most links; search for the others.`;
}
