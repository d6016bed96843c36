import type { SourceLocation } from "../../../src/model/source.ts";
import { Stuck } from "../../../src/script/stuck.ts";
import type { Value } from "../../../src/script/value.ts";
import type { IndexSpec } from "../state/index-spec.ts";
import { isGiven, isTrue, lastPart, optionalNumber, optionalText, specOf, textsOf, type Spec } from "../values.ts";

const suffixes: Readonly<Record<string, IndexSpec["suffix"]>> = {
  Index: "idx",
  BloomIndex: "bloom",
  BrinIndex: "brin",
  BTreeIndex: "btree",
  GinIndex: "gin",
  GistIndex: "gist",
  HashIndex: "hash",
  SpGistIndex: "spgist",
};

/** Parameters of storage, in the order in which Django writes them. */
const storage: readonly (readonly [string, "number" | "switch"])[] = [
  ["autosummarize", "switch"],
  ["pages_per_range", "number"],
  ["buffering", "switch"],
  ["fillfactor", "number"],
  ["deduplicate_items", "switch"],
  ["gin_pending_list_limit", "number"],
  ["fastupdate", "switch"],
  ["length", "number"],
];

/** An index as data. Throws `Stuck` where it is not understood. */
export function buildIndex(value: Value | undefined, location: SourceLocation): IndexSpec {
  const spec = specOf(value);
  if (spec === null)
    throw new Stuck(value?.kind === "unknown" ? `the index is not known: ${value.reason}` : "the index is not known", location);
  const suffix = suffixes[lastPart(spec.path)];
  if (suffix === undefined) throw new Stuck(`the index ${spec.path} is not known`, spec.location);
  const { keywords } = spec;
  const condition = keywords.get("condition");
  return {
    kind: "index",
    name: optionalText(keywords.get("name"), "the name of the index", spec.location) ?? "",
    suffix,
    fields: textsOf(keywords.get("fields"), "the fields of the index", spec.location).map((name) => ({
      name: name.replace(/^-/, ""),
      order: name.startsWith("-") ? "DESC" : "",
    })),
    expressions: spec.args,
    condition: isGiven(condition) ? condition : null,
    include: textsOf(keywords.get("include"), "include", spec.location),
    opclasses: textsOf(keywords.get("opclasses"), "opclasses", spec.location),
    tablespace: optionalText(keywords.get("db_tablespace"), "db_tablespace", spec.location),
    parameters: [...storage.flatMap(([name, kind]) => parameter(spec, name, kind)), ...bloomColumns(spec)],
    location: spec.location,
  };
}

function parameter({ keywords, location }: Spec, name: string, kind: "number" | "switch"): readonly string[] {
  const value = keywords.get(name);
  if (!isGiven(value)) return [];
  return [`${name} = ${kind === "switch" ? (isTrue(value, name, location) ? "on" : "off") : (optionalNumber(value, name, location) ?? 0)}`];
}

function bloomColumns({ path, keywords, location }: Spec): readonly string[] {
  const columns = keywords.get("columns");
  if (lastPart(path) !== "BloomIndex" || columns?.kind !== "list") return [];
  return columns.items.map((item, at) => `col${at + 1} = ${optionalNumber(item, "columns", location) ?? 0}`);
}
