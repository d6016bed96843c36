import { findLineStarts } from "../line-starts.ts";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Node, ProgramNode } from "@ruby/prism/src/nodes.js";
import type { ParseResult } from "@ruby/prism/src/deserialize.js";
import type { SourceLocation } from "../../model/source.ts";

/** A parsed file and what tells where its nodes stand. */
export interface RubySource {
  readonly file: string;
  readonly program: ProgramNode;
  /** Where a node begins. */
  locate(node: { readonly location: Span }): SourceLocation;
  /** What is written there. */
  textOf(span: Span): string;
}

/** Bytes of the UTF-8 text. */
export interface Span {
  readonly startOffset: number;
  readonly length: number;
}

/** What keeps a file from being Ruby: the first complaint of the parser, and where. */
export interface SyntaxProblem {
  readonly message: string;
  readonly location: SourceLocation;
}

export type ParsedRuby =
  | { readonly kind: "parsed"; readonly source: RubySource }
  | { readonly kind: "broken"; readonly problem: SyntaxProblem };

export type { Node };
export type ParseRuby = (text: string, file: string) => ParsedRuby;

/** Of the parts of JavaScript that come with DOM types only. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>;
  readonly Module: { imports(module: object): readonly { readonly module: string; readonly name: string }[] };
};

let loading: Promise<ParseRuby> | null = null;

/** Ruby's own parser (prism, WebAssembly). Loaded when it is first asked for: it takes some 30 ms, and most projects have no Ruby. */
export function loadRubyParser(): Promise<ParseRuby> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ParseRuby> {
  const entry = createRequire(import.meta.url).resolve("@ruby/prism/src/prism.wasm");
  const wasm = await WebAssembly.compile(await readFile(entry));
  const { parsePrism } = await import("@ruby/prism/src/parsePrism.js");
  // The parser reads memory alone. Node's WASI would open the process to it and warn that it is experimental, so it gets refusals instead.
  const refused = 52;
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module, name } of WebAssembly.Module.imports(wasm)) imports[module] = { ...imports[module], [name]: () => refused };
  const { exports } = await WebAssembly.instantiate(wasm, imports);
  const initialize = exports["_initialize"];
  if (typeof initialize === "function") (initialize as () => void)();
  return (text, file) => describe(parsePrism(exports, text, { filepath: file }), { text, file });
}

function describe(result: ParseResult, { text, file }: { readonly text: string; readonly file: string }): ParsedRuby {
  const bytes = Buffer.from(text, "utf8");
  const lines = findLineStarts((from) => bytes.indexOf(10, from));
  const place = (offset: number): SourceLocation => {
    const { line, start } = lines.at(offset);
    return { file, line, column: bytes.subarray(start, offset).toString("utf8").length + 1 };
  };
  const [error] = result.errors;
  if (error !== undefined) return { kind: "broken", problem: { message: error.message, location: place(error.location.startOffset) } };
  return {
    kind: "parsed",
    source: {
      file,
      program: result.value,
      locate: ({ location }) => place(location.startOffset),
      textOf: ({ startOffset, length }) => bytes.subarray(startOffset, startOffset + length).toString("utf8"),
    },
  };
}
