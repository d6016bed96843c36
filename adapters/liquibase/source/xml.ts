import { XMLParser, XMLValidator } from "fast-xml-parser";
import { inputFailure, failed, ok, type Result } from "../../../src/model/failure.ts";
import { decodeEntities, declaredEntities, type Entities } from "./entities.ts";
import { lineStarts, lineAt } from "./lines.ts";
import type { Node } from "./node.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** Entities are decoded here, bounded and without fetching any; so the parser leaves them alone. Its place in the text gives the lines. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  allowBooleanAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: "#cdata",
  captureMetaData: true,
});
const place = XMLParser.getMetaDataSymbol() as symbol;

/** Reads an XML changelog into nodes. Fails where it is not well-formed, and where an entity is external, unknown or expands without end. */
export function readXml(text: string, file: string): Result<Node> {
  const normal = text.replaceAll("\r\n", "\n");
  const body = normal.replace(/<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>/, (type) => type.replaceAll(/[^\n]/g, " "));
  const valid = XMLValidator.validate(body);
  if (valid !== true) {
    const location = { file, line: valid.err.line, column: valid.err.col };
    return failed(inputFailure("invalid-xml", valid.err.msg, { location, hint: "Correct the file; Liquibase does not read it either." }));
  }
  const entities = declaredEntities(normal);
  const starts = lineStarts(body);
  const problems: { readonly message: string; readonly line: number }[] = [];
  const reading: Reading = { file, entities, lineOf: (offset) => lineAt(starts, offset), problems };
  const roots = (parser.parse(body) as readonly Parsed[]).flatMap((each) => toNode(each, reading, 1));
  const [problem] = problems;
  if (problem !== undefined) {
    return failed(
      inputFailure("xml-entity", problem.message, {
        location: { file, line: problem.line },
        hint: "Write the text itself in its place; entities of other files are never read.",
      }),
    );
  }
  const root = roots.find(({ name }) => !name.startsWith("#"));
  if (root === undefined) {
    return failed(inputFailure("invalid-xml", "the file holds no element", { location: { file, line: 1 }, hint: "Correct the file." }));
  }
  return ok(root);
}

interface Reading {
  readonly file: string;
  readonly entities: Entities;
  readonly lineOf: (offset: number) => number;
  readonly problems: { readonly message: string; readonly line: number }[];
}

function toNode(parsed: Parsed, reading: Reading, parentLine: number): readonly Node[] {
  const name = Object.keys(parsed).find((key) => key !== ":@");
  if (name === undefined || name.startsWith("#") || name.startsWith("?")) return [];
  const meta = (parsed as Record<symbol, { readonly startIndex?: number } | undefined>)[place];
  const line = meta?.startIndex === undefined ? parentLine : reading.lineOf(meta.startIndex);
  const decode = (text: string): string => {
    const decoded = decodeEntities(text, reading.entities);
    if (decoded.kind === "failed") reading.problems.push({ message: decoded.failures[0]?.message ?? "", line });
    return decoded.kind === "ok" ? decoded.value : text;
  };
  const location = { file: reading.file, line };
  const attributes = Object.entries((parsed[":@"] ?? {}) as Readonly<Record<string, string>>)
    .filter(([key]) => !/^xmlns(?::|$)|^xsi:/.test(key))
    // XML 1.0, 3.3.3: white space in attributes becomes spaces.
    .map(([key, value]): Node => ({ name: key, value: decode(value.replaceAll(/[\n\t\r]/g, " ")), children: [], location }));
  const content = parsed[name] as readonly Parsed[];
  const elements = content.flatMap((child) => toNode(child, reading, line));
  const pieces = content.flatMap((child): readonly string[] => {
    if (typeof child["#text"] === "string") return [decode(child["#text"])];
    const [data] = (child["#cdata"] ?? []) as readonly Parsed[];
    return typeof data?.["#text"] === "string" ? [data["#text"]] : [];
  });
  const value = pieces.join("");
  return [{ name, value: value.trim() === "" ? null : value, children: [...attributes, ...elements], location }];
}
