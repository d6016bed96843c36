import { inputFailure, failed, ok, type Result } from "../../../src/model/failure.ts";

/** Entities that the document type declares: their text, or `null` for one that stands in another file, which is never read. */
export type Entities = ReadonlyMap<string, string | null>;

/** XML 1.0, 4.6. */
const predefined: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const mostText = 1 << 20;
const deepest = 8;

/** The general entities of a document's internal subset. */
export function declaredEntities(document: string): Entities {
  const subset = /<!DOCTYPE[^[>]*\[([\s\S]*?)\]\s*>/.exec(document)?.[1] ?? "";
  const entities = new Map<string, string | null>();
  for (const match of subset.matchAll(/<!ENTITY\s+([\w.-]+)\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')/g)) {
    const [, name = "", outside, double, single] = match;
    if (!entities.has(name)) entities.set(name, outside === undefined ? (double ?? single ?? "") : null);
  }
  return entities;
}

/** A text with its entities replaced. Fails where one is unknown or external, and where they nest or grow beyond any use. */
export function decodeEntities(text: string, entities: Entities): Result<string> {
  if (!text.includes("&")) return ok(text);
  let length = 0;
  let problem: string | null = null;
  const expand = (part: string, depth: number): string =>
    part.replaceAll(/&(#x[0-9a-f]+|#\d+|[\w.-]+);/gi, (whole, name: string) => {
      if (problem !== null) return whole;
      const value = resolve(name, entities);
      if (typeof value !== "string") {
        problem = value === null ? `the entity &${name}; stands in another file` : `the entity &${name}; is not declared`;
        return whole;
      }
      length += value.length;
      if (length > mostText || depth > deepest) {
        problem = `the entity &${name}; expands without end`;
        return whole;
      }
      return entities.has(name) ? expand(value, depth + 1) : value;
    });
  const expanded = expand(text, 0);
  return problem === null ? ok(expanded) : failed(inputFailure("xml-entity", problem, { location: null, hint: "" }));
}

function resolve(name: string, entities: Entities): string | null | undefined {
  if (name.startsWith("#")) {
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  }
  return predefined[name] ?? entities.get(name);
}
