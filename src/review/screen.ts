import stringWidth from "string-width";
import type { EdgeCase } from "../model/edge-case.ts";
import { standingApprovals } from "../plan/approvals.ts";
import { detailLines, type Sources } from "./detail.ts";
import { type Action, BINDINGS, helpRows, keyLabel } from "./keys.ts";
import { span, type Line, type Span } from "./lines.ts";
import { currentCase, progressOf, shownCases } from "./list.ts";
import { standingOf, type ReviewSession } from "./session.ts";
import { cut, padEnd, printable, wrap } from "./text-width.ts";

/** A terminal, and the files that may be shown on it. */
export interface Surface {
  readonly columns: number;
  readonly rows: number;
  readonly sources: Sources;
}

/** What a session looks like, line by line: exactly `rows` lines (from 4 on), none wider than `columns`. */
export function screenLines(session: ReviewSession, surface: Surface): readonly Line[] {
  const { columns, rows } = surface;
  const below = [
    ...messageLines(session, surface),
    ...promptLines(session, columns),
    progressLine(session, columns),
    keysLine(session, columns),
  ];
  const foot = below.slice(-Math.max(1, rows - 3));
  const room = Math.max(1, rows - 2 - foot.length);
  const body = bodyLines(session, { ...surface, rows: room });
  const filled = [...body.slice(0, room), ...Array.from({ length: Math.max(0, room - body.length) }, (): Line => [])];
  return [headLine(session, columns), [span("─".repeat(columns), "faint")], ...filled, ...foot].map((line) => clip(line, columns));
}

/** A line within the width, with `…` where something was cut. */
function clip(line: Line, columns: number): Line {
  const clipped: Span[] = [];
  let room = columns;
  for (const { text, tone } of line) {
    if (room <= 0) break;
    const shown = cut(text, room);
    clipped.push({ text: shown, tone });
    room = shown === text ? room - stringWidth(text) : 0;
  }
  return clipped;
}

/** How many lines of a list or text a screen shows at once. */
export function pageOf({ rows }: Pick<Surface, "rows">): number {
  return Math.max(1, rows - 6);
}

function headLine(session: ReviewSession, columns: number): Line {
  const current = session.screen === "detail" ? currentCase(session) : null;
  const { filter, sorting, search } = session;
  const what =
    session.screen === "help"
      ? "keys"
      : current === null
        ? `${filter === "all" ? "all questions" : `${filter} questions`} by ${sorting}${search === "" ? "" : `, with "${search}"`}`
        : current.id;
  return [span("pggit review", "heading"), span(cut(`  ${printable(what)}  ${printable(session.file)}`, Math.max(1, columns - 12)))];
}

function bodyLines(session: ReviewSession, surface: Surface): readonly Line[] {
  if (session.screen === "list") return listLines(session, surface);
  const lines = session.screen === "help" ? helpLines(surface.columns) : detailOf(session, surface);
  const top = Math.max(0, Math.min(session.scroll, lines.length - surface.rows));
  const below = lines.length - top - surface.rows;
  if (below <= 0) return lines.slice(top);
  return [...lines.slice(top, top + surface.rows - 1), [span(`… ${below + 1} more lines, Space`, "faint")]];
}

function detailOf(session: ReviewSession, { columns, sources }: Surface): readonly Line[] {
  const current = currentCase(session);
  return current === null ? [] : detailLines(session, current, { width: columns, sources });
}

/** How far the texts of a screen can be scrolled: past it nothing more would be seen. */
export function mostScroll(session: ReviewSession, surface: Surface): number {
  if (session.screen === "list") return 0;
  const lines = session.screen === "help" ? helpLines(surface.columns) : detailOf(session, surface);
  return Math.max(0, lines.length - pageOf(surface));
}

function helpLines(columns: number): readonly Line[] {
  const width = Math.max(...helpRows().map(({ keys }) => keys.length));
  return helpRows().flatMap(({ keys, does }) =>
    wrap(does, Math.max(10, columns - width - 2)).map((line, index): Line => [
      span(`${(index === 0 ? keys : "").padEnd(width)}  `, "marked"),
      span(line),
    ]),
  );
}

const SIGN = { open: "[ ]", saved: "[~]", decided: "[x]" } as const;

/** As many rows as fit, the one under the cursor among them; narrow terminals see fewer columns. */
function listLines(session: ReviewSession, { columns, rows }: Surface): readonly Line[] {
  const shown = shownCases(session);
  if (shown.length === 0) return [[span(emptyList(session))]];
  const cursor = currentCase(session)?.id;
  const at = shown.findIndex(({ id }) => id === cursor);
  const top = Math.max(0, Math.min(at - Math.floor(rows / 2), shown.length - rows));
  const seen = shown.slice(top, top + rows);
  const widths = { migration: widest(seen, ({ migration }) => migration ?? "-"), kind: widest(seen, ({ kind }) => kind) };
  return seen.map((edgeCase) => {
    const here = edgeCase.id === cursor;
    const standing = standingOf(edgeCase, session.saved);
    const skipped = standing === "open" && session.skipped.includes(edgeCase.id);
    const fixed = `${here ? ">" : " "} ${skipped ? "[s]" : SIGN[standing]} ${padEnd(edgeCase.risk, 6)} `;
    const named = `${padEnd(cut(printable(edgeCase.migration ?? "-"), widths.migration), widths.migration)}  `;
    const more = columns < 60 ? "" : `${padEnd(edgeCase.kind, widths.kind)}  ${edgeCase.confidence.toFixed(2)}  `;
    const choice = edgeCase.decision?.choice ?? session.saved.find(({ id }) => id === edgeCase.id)?.choice;
    const title = standing === "open" || choice === undefined ? edgeCase.title : `${choice}: ${edgeCase.title}`;
    const text = `${fixed}${named}${more}${printable(title)}`;
    return [span(cut(text, columns), here ? "marked" : standing === "open" ? "plain" : "faint")];
  });
}

function emptyList({ filter, search }: ReviewSession): string {
  if (search !== "") return `Nothing contains "${search}". Esc shows everything again.`;
  return filter === "open"
    ? "No question is open. v shows those that are decided, A approves the plan."
    : "There is no question here. v changes the view.";
}

const widestColumn = 22;

function widest(cases: readonly EdgeCase[], text: (edgeCase: EdgeCase) => string): number {
  return Math.min(widestColumn, Math.max(...cases.map((edgeCase) => text(edgeCase).length)));
}

function messageLines({ message, busy }: ReviewSession, { columns, rows }: Surface): readonly Line[] {
  if (busy !== null) return [[span(`… ${printable(busy)} (Esc stops it)`, "marked")]];
  if (message === null) return [];
  const most = Math.max(1, Math.floor(rows / 2));
  const lines = message.lines.flatMap((line, index) =>
    wrap(printable(line), Math.max(10, columns - 2)).map((text, row) => `${index === 0 && row === 0 ? "" : "  "}${text}`),
  );
  const sign = { good: "ok  ", bad: "no  ", plain: "" }[message.tone];
  return lines.slice(0, most).map((text, index) => [span(index === 0 ? `${sign}${text}` : text, message.tone)]);
}

function promptLines({ prompt, by, plan, saved }: ReviewSession, columns: number): readonly Line[] {
  if (prompt === null) return [];
  const ask = (label: string, text: string): Line => [span(label, "heading"), span(`${text}▏`)];
  switch (prompt.kind) {
    case "search":
      return [ask("Search: ", prompt.text)];
    case "note":
      return [ask("Reason: ", prompt.text)];
    case "exclude":
      return wrap(`${prompt.dependants.join(", ")} cannot be without it. Leave these out as well? y, or any other key for no`, columns).map(
        (line) => [span(line, "heading")],
      );
    case "approve": {
      const { open } = progressOf({ plan, saved });
      const warning = open === 0 ? "" : ` ${open} open: deciding one makes it void.`;
      return [
        ...wrap(`Approve as ${by}?${warning} Enter: yes; Esc: no.`, columns).map((line): Line => [span(line, "heading")]),
        ask("In the role (may stay empty): ", prompt.text),
      ];
    }
  }
}

function progressLine(session: ReviewSession, columns: number): Line {
  const { decided, unproven, open, minimumConfidence } = progressOf(session);
  const approvals = standingApprovals(session.plan).map(({ as }) => as);
  const parts = [
    `${decided} decided${unproven === 0 ? "" : ` (${unproven} not proven yet)`}`,
    `${open} open`,
    `minimum confidence ${minimumConfidence.toFixed(2)}`,
    ...(approvals.length === 0 ? [] : [`approved by ${approvals.join(", ")}`]),
  ];
  return [span(cut(parts.join(" · "), columns), "faint")];
}

const USUAL: Readonly<Record<ReviewSession["screen"], readonly Action[]>> = {
  list: ["open", "next-open", "search", "filter", "sort", "approve", "help", "quit"],
  detail: ["back", "keep", "use-suggestion", "edit", "exclude", "extract", "note", "next-open", "help"],
  help: ["back", "quit"],
};

/** The keys that are of use here, of the table of keys, as many as fit. */
function keysLine(session: ReviewSession, columns: number): Line {
  const current = currentCase(session);
  const usual = BINDINGS.filter(({ action, screens }) => screens.includes(session.screen) && USUAL[session.screen].includes(action));
  const useful = usual.filter(({ action }) => !CHOICES.includes(action) || current === null || current.choices.includes(action));
  let line = "";
  for (const { keys, short } of useful) {
    const part = `${line === "" ? "" : "  "}${keyLabel(keys[0] ?? "")} ${short}`;
    if (line.length + part.length > columns) break;
    line += part;
  }
  return [span(line, "marked")];
}

const CHOICES: readonly Action[] = ["keep", "use-suggestion", "edit", "exclude", "extract"];
