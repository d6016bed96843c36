import { failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import type { SourceText } from "../../../src/sql/psql/source-text.ts";

/** One `key = value` of a configuration file. */
export interface ConfigEntry {
  /** First part in lower case, a subsection as written: `core`, `engine.pg`, `target.Prod.variables`. */
  readonly section: string;
  /** As written; keys are compared without regard to case. */
  readonly name: string;
  /** `null` for a key alone, which counts as true. */
  readonly value: string | null;
  readonly file: string;
  readonly line: number;
}

const SECTION = /\[([^\s[\]"]+)(?:[\t ]*"([^\n]*?)")?\]/y;
const KEY_ALONE = /([^[=\n][^=\n]*?)[\t ]*(?:[#;].*)?$/my;
const KEY = /([^[=\n][^=\n]*?)[\t ]*=[\t ]*/y;
const END_OF_VALUE = /(?:[ \t]*[#;].*)?$/my;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", '"': '"', "'": "'", n: "\n", t: "\t", b: "\b" };
const QUOTED = /"([^"\\]*(?:(?:\\\n|\\[tbn"\\])[^"\\]*)*)"/y;

/**
 * Reads a configuration file of git's syntax as Config::GitLike 1.18 does, which Sqitch uses: sections and subsections, comments with
 * `#` and `;`, keys without a value, quotes, escapes, continued lines. Fails with `invalid-settings` where that library would.
 */
export function readConfig({ path, text }: Pick<SourceText, "path" | "text">): Result<readonly ConfigEntry[]> {
  const content = text.replaceAll("\r\n", "\n");
  const entries: ConfigEntry[] = [];
  let section: string | null = null;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(content);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(/\s*/y);
    if (at >= content.length) return ok(entries);
    const start = at;
    const line = lineAt(content, start);
    if (take(/[#;].*/y) !== null) continue;
    const header = take(SECTION);
    if (header !== null) {
      const subsection = header[2] ?? "";
      if (/\\|"/.test(subsection.replaceAll("\\\\", "").replaceAll('\\"', ""))) return failed(unreadable(path, line));
      section =
        (header[1] ?? "").toLowerCase() + (subsection === "" ? "" : `.${subsection.replaceAll("\\\\", "\\").replaceAll('\\"', '"')}`);
      continue;
    }
    const alone = take(KEY_ALONE);
    const key = alone ?? take(KEY);
    if (key?.[1] === undefined || section === null) return failed(unreadable(path, line));
    if (alone !== null) {
      entries.push({ section, name: key[1], value: null, file: path, line });
      continue;
    }
    const value = readValue(content, at);
    if (value === null) return failed(unreadable(path, line));
    at = value.end;
    entries.push({ section, name: key[1], value: value.text, file: path, line });
  }
}

/** The text of a value that begins at `from`, and where it ends; `null` where it cannot be read. */
function readValue(content: string, from: number): { readonly text: string; readonly end: number } | null {
  let text = "";
  let at = from;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(content);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    if (take(END_OF_VALUE) !== null) return { text, end: at };
    if (take(/[\t ]+/y) !== null) {
      text += " ";
      continue;
    }
    if (take(/\\\n/y) !== null) continue;
    const escape = take(/\\([\\'"ntb])/y);
    const quoted = escape === null ? take(QUOTED) : null;
    const plain = escape === null && quoted === null ? take(/[^\t \\\n"]+/y) : null;
    if (escape?.[1] !== undefined) text += ESCAPES[escape[1]] ?? escape[1];
    else if (quoted?.[1] !== undefined) text += unquote(quoted[1]);
    else if (plain !== null) text += plain[0];
    else return null;
  }
}

/** Inside quotes an escaped quote stays escaped, as in that library. */
function unquote(text: string): string {
  return text.replaceAll("\\\n", "").replaceAll("\\n", "\n").replaceAll("\\t", "\t").replaceAll("\\b", "\b").replaceAll("\\\\", "\\");
}

function lineAt(content: string, offset: number): number {
  return content.slice(0, offset).split("\n").length;
}

/** Without its text, which may hold a password. */
function unreadable(file: string, line: number): Failure {
  return {
    kind: "failure",
    code: "invalid-settings",
    message: "This line of the configuration cannot be read.",
    location: { file, line },
    hint: "Sections stand in brackets, values as key = value below them; see git-config(1).",
    exitCode: 2,
  };
}
