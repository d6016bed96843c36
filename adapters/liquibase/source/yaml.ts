import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit, type Alias, type Document, type Scalar } from "yaml";
import { inputFailure, failed, ok, type Result } from "../../../src/model/failure.ts";
import { lineAt, lineStarts } from "./lines.ts";
import { scalarText, type Node } from "./node.ts";

/** More nodes than any changelog has, so that aliases of aliases end. */
const mostNodes = 400_000;
const deepest = 64;

interface Reading {
  readonly file: string;
  readonly aliases: ReadonlyMap<Alias, unknown>;
  readonly starts: readonly number[];
  nodes: number;
}

class TooLarge extends Error {}

/**
 * Reads a YAML or JSON changelog into nodes: a mapping's keys are children, and so are the keys of the mappings in a list
 * (`ParsedNode.setValue`). YAML 1.1 as SnakeYAML reads it. Fails where it is no YAML, has no mapping at its top, or where aliases expand beyond measure.
 */
export function readYaml(text: string, file: string): Result<Node> {
  const document = parseDocument(text, { version: "1.1", merge: true, uniqueKeys: false, keepSourceTokens: false });
  const starts = lineStarts(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const location = { file, line: lineAt(starts, error.pos[0]) };
    const message = error.message.split("\n")[0] ?? "";
    return failed(inputFailure("invalid-yaml", message, { location, hint: "Correct the file; Liquibase does not read it either." }));
  }
  const reading: Reading = { file, aliases: resolveAliases(document), starts, nodes: 0 };
  try {
    return ok({ name: "", ...contentOf(document.contents, { reading, line: 1, depth: 0 }), location: { file, line: 1 } });
  } catch (problem) {
    if (!(problem instanceof TooLarge)) throw problem;
    return failed(
      inputFailure("yaml-too-large", "its aliases expand beyond any use", { location: { file, line: 1 }, hint: "Write the changes out." }),
    );
  }
}

/** What every alias stands for: the last node before it with that anchor. */
function resolveAliases(document: Document): ReadonlyMap<Alias, unknown> {
  const anchors = new Map<string, unknown>();
  const aliases = new Map<Alias, unknown>();
  visit(document, {
    Alias: (_key, alias) => void aliases.set(alias, anchors.get(alias.source)),
    Value: (_key, node) => void (node.anchor === undefined || anchors.set(node.anchor, node)),
  });
  return aliases;
}

interface Place {
  readonly reading: Reading;
  readonly line: number;
  readonly depth: number;
}

function contentOf(item: unknown, place: Place): Pick<Node, "value" | "children" | "isDate"> {
  const { reading } = place;
  const below = { ...place, depth: place.depth + 1 };
  reading.nodes += 1;
  if (reading.nodes > mostNodes || place.depth > deepest) throw new TooLarge();
  if (isAlias(item)) return contentOf(reading.aliases.get(item), below);
  if (isScalar(item)) return { value: textOf(item), children: [], ...(isDay(item) ? { isDate: true } : {}) };
  if (isSeq(item)) {
    const parts = item.items.map((each) => contentOf(each, below));
    const scalars = parts.flatMap(({ value }) => (value === null ? [] : [value]));
    return { value: scalars.length === 0 ? null : scalars.join(", "), children: parts.flatMap(({ children }) => children) };
  }
  if (!isMap(item)) return { value: null, children: [] };
  // Of a key that stands twice the last counts, in the place of the first.
  const own = new Map<string, Node>();
  const merged: Node[] = [];
  for (const pair of item.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const name = pair.key.source === "<<" ? "<<" : (textOf(pair.key) ?? "");
    const line = pair.key.range ? lineAt(reading.starts, pair.key.range[0]) : place.line;
    const named = name === "id" || name === "author" ? dateAsName(pair.value) : null;
    const content = named ?? contentOf(pair.value, { ...below, line });
    if (name === "<<") merged.push(...content.children);
    else own.set(name, { name, ...content, location: { file: reading.file, line } });
  }
  return { value: null, children: [...merged.filter(({ name }) => !own.has(name)), ...own.values()] };
}

/** What Java's `toString` makes of the value that SnakeYAML reads. */
function textOf({ value, source, type }: Scalar): string | null {
  if (value === null || value === undefined) return null;
  // SnakeYAML makes dates of what looks like one, and Liquibase prints them without fractions (`CustomConstructYamlTimestamp`).
  if (value instanceof Date) return isDay({ value, source }) ? (source ?? null) : value.toISOString().slice(0, 19).replace("T", " ");
  if (typeof value === "boolean" && /^[yn]$/i.test(source ?? "")) return source ?? null;
  // Base 60 begins with no zero in SnakeYAML.
  if (typeof value === "number" && /^0\d*:/.test(source ?? "")) return source ?? null;
  if (typeof value !== "number" || type !== "PLAIN" || Number.isInteger(value) === !/[.e]/i.test(source ?? "")) return scalarText(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function isDay({ value, source }: { readonly value: unknown; readonly source?: string | undefined }): boolean {
  return value instanceof Date && /^\d{4}-\d\d?-\d\d?$/.test(source ?? "");
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An id that looks like a date is one to SnakeYAML, and becomes a name by Java's `Date.toString` (in UTC here). */
function dateAsName(item: unknown): Pick<Node, "value" | "children"> | null {
  if (!isScalar(item) || !(item.value instanceof Date)) return null;
  return { value: javaDate(item.value), children: [] };
}

/** Java's `Date.toString`, in UTC. */
export function javaDate(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, "0");
  const time = date.toISOString().slice(11, 19);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} UTC ${date.getUTCFullYear()}`;
}
