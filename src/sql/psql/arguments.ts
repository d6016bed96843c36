import { expandUse, variableUseAt, type Variables } from "./variables.ts";

/** One argument of a meta-command. */
export interface Argument {
  /** As written. */
  readonly raw: string;
  /** With quotes taken off and variables put in; `null` where only running something would tell. */
  readonly value: string | null;
  /** Why the value is not known. */
  readonly reason: string | null;
  /** Variables that it uses and that are not set. */
  readonly missing: readonly string[];
}

/** The arguments of one meta-command, and where the text goes on: at the line's end, or after the `\\` that ends the command. */
export interface Arguments {
  readonly list: readonly Argument[];
  readonly end: number;
}

/** Where the line that holds `at` ends: the offset of its line feed, or the end of the text. */
export function endOfLine(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found;
}

/**
 * The arguments after a meta-command's name, by the rules of `psqlscanslash.l`: white space separates, single quotes hold C escapes,
 * double quotes stay, variables are put in, a backtick would run a shell (its argument is unknown), a backslash begins the next command.
 */
export function readArguments(text: string, from: number, variables: Variables): Arguments {
  const list: Argument[] = [];
  const lineEnd = endOfLine(text, from);
  let at = from;
  for (;;) {
    while (at < lineEnd && /\s/.test(text.charAt(at))) at++;
    if (at >= lineEnd) return { list, end: lineEnd };
    if (text[at] === "\\") return { list, end: text[at + 1] === "\\" ? at + 2 : at };
    const { argument, end } = readArgument(text.slice(at, lineEnd), variables);
    list.push(argument);
    at += end;
  }
}

function readArgument(line: string, variables: Variables): { readonly argument: Argument; readonly end: number } {
  const missing: string[] = [];
  let value = "";
  let reason: string | null = null;
  let at = 0;
  while (at < line.length) {
    const char = line.charAt(at);
    if (/\s/.test(char) || char === "\\") break;
    if (char === "'") {
      const quoted = readQuoted(line, at);
      value += quoted.value;
      if (!quoted.closed) reason ??= "its quote is not closed";
      at = quoted.end;
    } else if (char === "`") {
      const close = line.indexOf("`", at + 1);
      reason ??= "it is the output of a shell command, which is never run here";
      at = close === -1 ? line.length : close + 1;
    } else if (char === '"') {
      const close = line.indexOf('"', at + 1);
      const end = close === -1 ? line.length : close + 1;
      value += line.slice(at, end);
      at = end;
    } else {
      const use = char === ":" ? variableUseAt(line, at) : null;
      if (use === null) {
        value += char;
        at++;
      } else {
        const expanded = expandUse(use, variables);
        if (expanded === null) missing.push(use.name);
        if (expanded?.kind === "unknown") reason ??= expanded.reason;
        value += expanded?.kind === "known" ? expanded.value : line.slice(at, use.end);
        at = use.end;
      }
    }
  }
  return { argument: { raw: line.slice(0, at), value: reason === null ? value : null, reason, missing }, end: at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f" };

function readQuoted(line: string, open: number): { readonly value: string; readonly end: number; readonly closed: boolean } {
  let value = "";
  let at = open + 1;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === "'") {
      if (line[at + 1] !== "'") return { value, end: at + 1, closed: true };
      value += "'";
      at += 2;
    } else if (char === "\\") {
      const code = /^\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2}))/.exec(line.slice(at, at + 4));
      if (code === null) {
        const next = line.charAt(at + 1);
        value += ESCAPES[next] ?? next;
        at += 2;
      } else {
        value += String.fromCharCode(code[1] === undefined ? Number.parseInt(code[2] ?? "0", 16) : Number.parseInt(code[1], 8));
        at += code[0].length;
      }
    } else {
      value += char;
      at++;
    }
  }
  return { value, end: line.length, closed: false };
}
