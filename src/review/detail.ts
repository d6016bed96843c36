import { diffLines } from "diff";
import { dependantsOf } from "../decisions/choose.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { PlanMigration } from "../model/plan.ts";
import type { RollbackProof } from "../model/rollback.ts";
import { askedAbout, sayAsked } from "../model/say-assistance.ts";
import { formatLocation } from "../model/source.ts";
import { isAboutTheWayBack } from "./decide.ts";
import { BINDINGS, keyLabel } from "./keys.ts";
import { highlightSql, span, type Line } from "./lines.ts";
import { choiceOf, standingOf, type ReviewSession, type Standing } from "./session.ts";
import { printable, printableLines, wrap } from "./text-width.ts";

/** Files of the project, by path, as far as they may be shown; secrets are masked. */
export type Sources = ReadonlyMap<string, readonly string[]>;

const around = 3;
const mostSourceLines = 40;

/** Everything about one question, as lines that are at most `width` columns wide where they are text; code is cut by the drawing. */
export function detailLines(
  session: ReviewSession,
  edgeCase: EdgeCase,
  { width, sources }: { readonly width: number; readonly sources: Sources },
): readonly Line[] {
  const migration = session.plan.migrations.find(({ id }) => id === edgeCase.migration);
  const text = (said: string): Line[] => wrap(printable(said), width).map((line) => [span(line)]);
  return [
    [span(printable(edgeCase.title), "heading")],
    [
      span(
        `${edgeCase.risk} risk, ${edgeCase.kind}, confidence ${edgeCase.confidence.toFixed(2)}, ${WORDS[standingOf(edgeCase, session.saved)]}`,
        "faint",
      ),
    ],
    [],
    ...text(edgeCase.question),
    ...sourceLines(edgeCase, sources),
    ...suggestionLines(edgeCase, replacedText(edgeCase, migration, sources), width),
    ...modelLines(session, edgeCase, width),
    ...evidenceLines(edgeCase, migration, width),
    ...decisionLines(session, edgeCase, width),
    ...choiceLines(session, edgeCase, width),
  ];
}

const WORDS: Readonly<Record<Standing, string>> = { open: "open", saved: "decided, not proven yet", decided: "decided" };

function heading(text: string): readonly Line[] {
  return [[], [span(text, "heading")]];
}

/** The file around the place that was asked about, or the text that the plan has of it where the file is not at hand. */
function sourceLines({ source }: EdgeCase, sources: Sources): readonly Line[] {
  if (source === null) return [];
  const { location, text } = source;
  const file = sources.get(location.file);
  const own = printableLines(text.trimEnd());
  const first = file === undefined ? location.line : Math.max(1, location.line - around);
  const last =
    file === undefined ? location.line + own.length - 1 : Math.min(file.length, location.line + Math.max(own.length - 1, 0) + around);
  const shown = file === undefined ? own : file.slice(first - 1, last);
  const digits = String(last).length;
  const lines = shown.slice(0, mostSourceLines).map((line, index): Line => {
    const number = first + index;
    const asked = number >= location.line && number < location.line + own.length;
    return [
      span(`${asked ? ">" : " "} ${String(number).padStart(digits)}  `, asked ? "marked" : "faint"),
      ...highlightSql(printable(line)),
    ];
  });
  const more: readonly Line[] = shown.length > lines.length ? [[span(`  … ${shown.length - lines.length} more lines`, "faint")]] : [];
  return [...heading(`Source  ${printable(formatLocation(location))}`), ...lines, ...more];
}

/** The suggestion in words, and its SQL as a difference to what it would replace. */
function suggestionLines(edgeCase: EdgeCase, base: ReplacedText, width: number): readonly Line[] {
  const { suggestion } = edgeCase;
  if (suggestion === null) return [];
  const proof = suggestion.sql === null ? "" : suggestion.proven ? ", proven" : ", not executed yet";
  const lines: Line[] = [
    ...heading(`Suggestion  (${suggestion.origin}${proof})`),
    ...wrap(printable(suggestion.text), width).map((line) => [span(line)]),
  ];
  if (suggestion.sql === null) return lines;
  return [...lines, [span(`${base.name}:`, "faint")], ...differenceLines(base.text, suggestion.sql)];
}

interface ReplacedText {
  readonly name: string;
  readonly text: string;
}

function replacedText(edgeCase: EdgeCase, migration: PlanMigration | undefined, sources: Sources): ReplacedText {
  const { source } = edgeCase;
  if (!isAboutTheWayBack(edgeCase)) return { name: "against the source", text: source?.text ?? "" };
  const authored = migration?.files.some(({ path, role }) => path === source?.location.file && role !== "up") ?? false;
  const file = source === null ? undefined : sources.get(source.location.file)?.join("\n");
  if (authored && source !== null) return { name: "against the authors' way back", text: source.text === "" ? (file ?? "") : source.text };
  return { name: "against the way back as it is", text: (migration?.rollback.sql ?? []).map((sql) => `${sql};`).join("\n") };
}

function differenceLines(before: string, after: string): readonly Line[] {
  const text = (sql: string): string => `${sql.trim().replace(/;$/, "")}\n`;
  return diffLines(before.trim() === "" ? "" : text(before), text(after)).flatMap(({ value, added, removed }) =>
    printableLines(value.replace(/\n$/, "")).map((line): Line => {
      if (added) return [span(`+ ${line}`, "added")];
      return removed ? [span(`- ${line}`, "removed")] : [span("  "), ...highlightSql(line)];
    }),
  );
}

/** What a language model said: never more than words here, for its SQL stands as the suggestion once it was proven. */
function modelLines({ plan }: ReviewSession, edgeCase: EdgeCase, width: number): readonly Line[] {
  const said = askedAbout(edgeCase, plan.assistance).filter(({ outcome }) => outcome !== "suggested");
  return said.length === 0 ? [] : [...heading("Model"), ...said.flatMap((one) => hanging("· ", sayAsked(one), width))];
}

/** What was executed, what it covered and what it did not. */
function evidenceLines({ evidence }: EdgeCase, migration: PlanMigration | undefined, width: number): readonly Line[] {
  const proofs =
    migration === undefined ? [] : [migration.rollback.proof, ...migration.rollback.rejected].filter((proof) => proof !== null);
  const said = [
    ...evidence.map(({ statement, value }) => `${statement} (${value})`),
    ...proofs.flatMap((proof, index) => proofText(proof, index)),
  ];
  if (said.length === 0) return [];
  return [...heading("Evidence"), ...said.flatMap((text) => hanging("· ", text, width))];
}

function proofText(proof: RollbackProof, index: number): readonly string[] {
  const { origin, engine, rows, executed, error, differences, notCovered } = proof;
  const where = `way back (${origin}) on ${engine} with ${rows === 1 ? "1 row" : `${rows} rows`}`;
  const outcome =
    error ??
    (differences.length > 0
      ? `not as before: ${differences.map(({ identity, aspect }) => `${identity} ${aspect}`).join(", ")}`
      : "restored what was before");
  const covered = index === 0 && notCovered.length > 0 ? [`not covered: ${notCovered.join(", ")}`] : [];
  return [executed ? `${where}: ${outcome}` : `${where}: not run`, ...covered];
}

function decisionLines({ saved, notes }: ReviewSession, edgeCase: EdgeCase, width: number): readonly Line[] {
  const decision = choiceOf(edgeCase, saved);
  const note = notes[edgeCase.id];
  if (decision === null)
    return note === undefined || note === "" ? [] : [...heading("Reason for the decision to come"), ...hanging("  ", note, width)];
  const { choice, by, at, reason, sql } = decision;
  return [
    ...heading(`Decision  ${choice}`),
    [span(`by ${printable(by ?? "?")}${at === null ? "" : ` at ${at.slice(0, 16).replace("T", " ")}`}`, "faint")],
    ...(reason === null ? [] : hanging("  ", reason, width)),
    ...(sql === null ? [] : printableLines(sql.trimEnd()).map((line): Line => [span("  "), ...highlightSql(line)])),
  ];
}

function choiceLines({ plan }: ReviewSession, { choices, migration }: EdgeCase, width: number): readonly Line[] {
  const rows = choices.flatMap((choice, index) => {
    const key = BINDINGS.find(({ action }) => action === choice)?.keys[0];
    const others = choice === "exclude" && migration !== null ? dependantsOf(plan, [migration]) : [];
    const with_ = others.length === 0 ? "" : `, together with ${others.join(", ")}, which cannot be without it`;
    return hanging(`${index + 1} ${key === undefined ? " " : keyLabel(key)}  `, `${choice}${with_}`, width);
  });
  return [...heading("Choices"), ...rows];
}

function hanging(label: string, text: string, width: number): readonly Line[] {
  const lines = wrap(printable(text), Math.max(10, width - label.length));
  return lines.map((line, index) => [span(index === 0 ? label : " ".repeat(label.length), "faint"), span(line)]);
}
