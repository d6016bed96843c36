/** A text for a Markdown paragraph: what would begin markup, or HTML, is escaped (CommonMark 0.31, backslash escapes). */
export function plain(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").replaceAll(/[\\`*_[\]<>|#&]/g, String.raw`\$&`);
}

/** A text as code within a line: fenced with one backtick more than it holds in a row, pipes escaped for tables. */
export function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const one = text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", String.raw`\|`);
  const padded = one.startsWith("`") || one.endsWith("`") ? ` ${one} ` : one;
  return `${fence}${padded}${fence}`;
}

/** Lines of SQL or of a shell as a block. */
export function block(language: "sql" | "sh", text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A table; cells are Markdown already. An empty one is no table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "None.";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A bulleted list; items are Markdown already. */
export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Boxes to tick. */
export function checklist(items: readonly string[]): string {
  return items.map((item) => `- [ ] ${item}`).join("\n");
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
