import { Graph, layout } from "@dagrejs/dagre";
import type { DiagramRelation } from "../report-data.ts";

/** The rows of a box: its name, and the columns that are shown. */
export interface Box {
  readonly number: number;
  readonly rows: readonly string[];
}

export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLink {
  readonly from: number;
  readonly to: number;
  readonly by: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Picture {
  readonly boxes: readonly PlacedBox[];
  readonly links: readonly PlacedLink[];
  readonly width: number;
  readonly height: number;
}

export const rowHeight = 17;
const characterWidth = 6.7;
const padding = 20;
const gap = 28;

type Links = DiagramRelation["links"];

/** Places boxes and links: each connected part by dagre, the parts in rows of about the shape of a screen. Coordinates in pixels. */
export function placeBoxes(boxes: readonly Box[], linksOf: (number: number) => Links): Picture {
  const sized = boxes.map((box) => ({
    ...box,
    width: Math.max(90, Math.max(...box.rows.map(({ length }) => length)) * characterWidth + padding),
    height: box.rows.length * rowHeight + 10,
  }));
  const parts = connectedParts(sized, linksOf)
    .map((part) => placePart(part, linksOf))
    .sort((left, right) => right.height * right.width - left.height * left.width);
  const area = parts.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const room = Math.max(Math.sqrt(area * 1.8), ...parts.map(({ width }) => width));
  let [x, y, tallest, widest] = [0, 0, 0, 0];
  const placed: Picture[] = parts.map((part) => {
    if (x > 0 && x + part.width > room) [x, y, tallest] = [0, y + tallest + gap, 0];
    const moved = move(part, x, y);
    x += part.width + gap;
    tallest = Math.max(tallest, part.height);
    widest = Math.max(widest, x - gap);
    return moved;
  });
  return {
    boxes: placed.flatMap((part) => part.boxes),
    links: placed.flatMap((part) => part.links),
    width: widest,
    height: y + tallest,
  };
}

type Sized = Box & { readonly width: number; readonly height: number };

function connectedParts(boxes: readonly Sized[], linksOf: (number: number) => Links): readonly (readonly Sized[])[] {
  const byNumber = new Map(boxes.map((box) => [box.number, box]));
  const leader = new Map(boxes.map(({ number }) => [number, number]));
  const find = (number: number): number => {
    let at = number;
    while (leader.get(at) !== at) at = leader.get(at) ?? at;
    return at;
  };
  for (const { number } of boxes) for (const { to } of linksOf(number)) if (byNumber.has(to)) leader.set(find(number), find(to));
  const parts = new Map<number, Sized[]>();
  for (const box of boxes) {
    const part = parts.get(find(box.number));
    if (part === undefined) parts.set(find(box.number), [box]);
    else part.push(box);
  }
  return [...parts.values()];
}

function placePart(boxes: readonly Sized[], linksOf: (number: number) => Links): Picture {
  const [only] = boxes;
  if (boxes.length === 1 && only !== undefined) {
    return { boxes: [{ ...only, x: 0, y: 0 }], links: [], width: only.width, height: only.height };
  }
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  const inside = new Set(boxes.map(({ number }) => number));
  for (const { number, width, height } of boxes) graph.setNode(String(number), { width, height });
  const links = boxes.flatMap(({ number }) =>
    linksOf(number)
      .filter(({ to }) => to !== number && inside.has(to))
      .map(({ to, by }, index) => ({ from: number, to, by, name: `${by} ${index}` })),
  );
  for (const { from, to, name } of links) graph.setEdge(String(from), String(to), {}, name);
  layout(graph);
  const placed = boxes.map((box) => {
    const { x, y } = graph.node(String(box.number)) as { x: number; y: number };
    return { ...box, x: x - box.width / 2, y: y - box.height / 2 };
  });
  return {
    boxes: placed,
    links: links.map(({ name, ...link }) => ({
      ...link,
      points: (graph.edge(String(link.from), String(link.to), name) as { points: { x: number; y: number }[] }).points,
    })),
    width: Math.max(...placed.map(({ x, width }) => x + width)),
    height: Math.max(...placed.map(({ y, height }) => y + height)),
  };
}

function move(part: Picture, right: number, down: number): Picture {
  return {
    ...part,
    boxes: part.boxes.map((box) => ({ ...box, x: box.x + right, y: box.y + down })),
    links: part.links.map((link) => ({ ...link, points: link.points.map(({ x, y }) => ({ x: x + right, y: y + down })) })),
  };
}
