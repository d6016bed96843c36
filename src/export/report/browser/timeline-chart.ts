import { axisBottom, axisLeft } from "d3-axis";
import { scaleBand, scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import type { OperationGroup, Severity, Timeline, TimelineBucket } from "../report-data.ts";

const groups: readonly OperationGroup[] = ["adds", "changes", "removes", "data", "other"];
const severities: readonly Severity[] = ["high", "medium", "low"];
const height = 260;
const margin = { top: 46, right: 12, bottom: 28, left: 48 };
/** Each severity has its line above the bars, and its shape: it can be told without colours. */
const marks: Readonly<Record<Severity, { readonly y: number; readonly path: string }>> = {
  high: { y: 8, path: "M0,-5L5,4L-5,4Z" },
  medium: { y: 21, path: "M0,-5L5,0L0,5L-5,0Z" },
  low: { y: 34, path: "M-3,-3H3V3H-3Z" },
};

/** Draws the chart: a bar per bucket, stacked by what the operations do, hazards as marks above. Keys: arrows go from bar to bar, Enter chooses. */
export function drawTimeline(
  { buckets, by }: Timeline,
  { container, chosen }: { readonly container: HTMLElement; readonly chosen: (bucket: number) => void },
): void {
  const draw = (): void => {
    const width = Math.max(320, container.clientWidth);
    const x = scaleBand<number>()
      .domain(buckets.keys())
      .range([margin.left, width - margin.right])
      .padding(0.15);
    const most = Math.max(1, ...buckets.map(total));
    const y = scaleLinear()
      .domain([0, most])
      .nice()
      .range([height - margin.bottom, margin.top]);
    const svg = select(container)
      .selectAll("svg.plot")
      .data([null])
      .join("svg")
      .attr("class", "plot")
      .attr("viewBox", `0 0 ${width} ${height}`)
      .attr("width", width)
      .attr("height", height)
      .attr("role", "group")
      .attr("aria-label", "Operations and hazards over time");
    svg.selectAll("*").remove();
    const ticks = ticksFor(buckets, { room: width, by });
    svg
      .append("g")
      .attr("class", "axis")
      .attr("transform", `translate(0,${height - margin.bottom})`)
      .attr("aria-hidden", "true")
      .call(
        axisBottom(x)
          .tickValues(ticks)
          .tickFormat((index) => tickText(buckets[index], by))
          .tickSizeOuter(0),
      );
    svg
      .append("g")
      .attr("class", "axis")
      .attr("transform", `translate(${margin.left},0)`)
      .attr("aria-hidden", "true")
      .call(axisLeft(y).ticks(5).tickSizeOuter(0));
    const bars = svg
      .append("g")
      .selectAll("g")
      .data(buckets)
      .join("g")
      .attr("class", "bar")
      .attr("role", "button")
      .attr("tabindex", (_, index) => (index === buckets.length - 1 ? 0 : -1))
      .attr("aria-label", describe)
      .on("click", (event: Event) => chosen(indexOf(event)))
      .on("keydown", (event: KeyboardEvent) => onKey(event));
    bars.append("title").text(describe);
    bars
      .append("rect")
      .attr("class", "hit")
      .attr("x", (_, index) => x(index) ?? 0)
      .attr("y", 0)
      .attr("width", x.bandwidth())
      .attr("height", height - margin.bottom);
    for (const [at, group] of groups.entries()) {
      const under = ({ operations }: TimelineBucket): number => groups.slice(0, at).reduce((sum, one) => sum + operations[one], 0);
      bars
        .append("rect")
        .attr("class", `op-${group}`)
        .attr("x", (_, index) => x(index) ?? 0)
        .attr("width", x.bandwidth())
        .attr("y", (bucket) => y(under(bucket) + bucket.operations[group]))
        .attr("height", (bucket) => y(under(bucket)) - y(under(bucket) + bucket.operations[group]));
    }
    for (const severity of severities) {
      bars
        .filter(({ hazards }) => hazards[severity] > 0)
        .append("path")
        .attr("class", `mark-${severity}`)
        .attr("d", marks[severity].path)
        .attr("transform", (bucket) => `translate(${(x(buckets.indexOf(bucket)) ?? 0) + x.bandwidth() / 2},${marks[severity].y})`);
    }
  };
  const indexOf = ({ currentTarget }: Event): number =>
    currentTarget instanceof Element ? [...(currentTarget.parentElement?.children ?? [])].indexOf(currentTarget) : -1;
  const onKey = (event: KeyboardEvent): void => {
    const at = indexOf(event);
    const steps: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buckets.length - 1 };
    const to = steps[event.key];
    if (event.key === "Enter" || event.key === " ") chosen(at);
    else if (to === undefined) return;
    else moveFocus(event.currentTarget as SVGElement, to);
    event.preventDefault();
  };
  drawLegend(container);
  draw();
  let seen = container.clientWidth;
  new ResizeObserver(() => {
    if (container.clientWidth === seen) return;
    seen = container.clientWidth;
    draw();
  }).observe(container);
}

function moveFocus(from: SVGElement, to: number): void {
  const next = from.parentElement?.children[to];
  if (!(next instanceof SVGElement)) return;
  from.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

function total({ operations }: TimelineBucket): number {
  return groups.reduce((sum, group) => sum + operations[group], 0);
}

function describe(bucket: TimelineBucket): string {
  const counted = (values: Readonly<Record<string, number>>, names: readonly string[]): string =>
    names
      .filter((name) => (values[name] ?? 0) > 0)
      .map((name) => `${values[name]} ${name}`)
      .join(", ");
  const hazards = counted(bucket.hazards, severities);
  const operations = counted(bucket.operations, groups);
  return `${bucket.label}: ${total(bucket)} operations in ${bucket.migrations} migrations${operations === "" ? "" : ` (${operations})`}${hazards === "" ? ", no hazard" : `; hazards: ${hazards}`}`;
}

/** Januaries where the axis is of months, evenly chosen ones elsewhere or where there are few; no more than there is room for. */
function ticksFor(
  buckets: readonly TimelineBucket[],
  { room, by }: { readonly room: number; readonly by: Timeline["by"] },
): readonly number[] {
  const most = Math.max(2, Math.floor(room / 80));
  const all = [...buckets.keys()];
  const januaries = all.filter((index) => buckets[index]?.key.endsWith("-01"));
  const candidates = by === "month" && januaries.length > 2 ? januaries : all;
  const every = Math.ceil(candidates.length / most);
  return candidates.filter((_, at) => at % every === 0);
}

function tickText(bucket: TimelineBucket | undefined, by: Timeline["by"]): string {
  const key = bucket?.key ?? "";
  return by === "month" && key.endsWith("-01") ? key.slice(0, 4) : key;
}

function drawLegend(container: HTMLElement): void {
  const legend = document.createElement("ul");
  legend.className = "legend";
  for (const group of groups) addEntry(legend, group, `op-${group}`);
  for (const severity of severities) addEntry(legend, `${severity} hazard`, `mark-${severity}`, marks[severity].path);
  container.append(legend);
}

function addEntry(legend: HTMLElement, name: string, className: string, path = "M-5,-5H5V5H-5Z"): void {
  const item = select(legend).append("li");
  item
    .append("svg")
    .attr("width", 12)
    .attr("height", 12)
    .attr("viewBox", "-6 -6 12 12")
    .attr("aria-hidden", "true")
    .append("path")
    .attr("class", className)
    .attr("d", path);
  item.append("span").text(name);
}
