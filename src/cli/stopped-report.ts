import type { StoppedSummary } from "../stopped-early.ts";
import { describeTool, rollbackTitles } from "./report.ts";
import { alignColumns, count, counted, cutWords, duration, hang, padEnd, type Style } from "./terminal.ts";

const labelWidth = 14;

/** What a run knows that was asked to end early: its migrations one per line, what failed, how many ways back hold. */
export function renderStopped(summary: StoppedSummary, { style, width }: { readonly style: Style; readonly width: number }): string {
  const { source, migrations, failures = [], rollbacks, replayed, timings } = summary;
  const row = (label: string, text: string): readonly string[] => hang(padEnd(label, labelWidth), text, width);
  const dates = source.from === null ? "undated" : `${source.from.slice(0, 10)} to ${source.to?.slice(0, 10)}`;
  const dated = migrations.some(({ date }) => date !== null);
  const listed = alignColumns(
    migrations.map(({ id, type, date, name, rollback }) => [
      `  ${id}`,
      ...(dated ? [date?.slice(0, 10) ?? ""] : []),
      type,
      ...(rollback === undefined ? [] : [rollbackTitles[rollback.status]]),
      name,
    ]),
  );
  const stages = Object.entries(timings).filter(([stage]) => stage !== "total");
  const lines = [
    ...row("Source", describeTool(source)),
    ...row("Migrations", `${count(source.migrations)}, ${dates}`),
    ...listed.map((line) => cutWords(line, width)),
    ...(replayed === undefined
      ? []
      : [
          "",
          ...row(
            "Replay",
            `${counted(replayed, "migration")}, ${failures.length === 0 ? "no" : count(failures.length)} failed ${failures.length === 1 ? "statement" : "statements"}`,
          ),
        ]),
    ...failures.flatMap(({ location, message }) => [`  ${style.red(location)}`, ...hang("    ", message, width)]),
    ...(rollbacks === undefined ? [] : row("Rollbacks", countsInWords(rollbacks))),
    "",
    ...row(
      "Timings",
      `${stages.map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(", ")}; total ${duration(timings["total"] ?? 0)}`,
    ),
    ...row("Stopped", "as asked; nothing was written."),
  ];
  return `${lines.join("\n")}\n`;
}

function countsInWords(rollbacks: NonNullable<StoppedSummary["rollbacks"]>): string {
  const counts: readonly (readonly [number, string])[] = [
    [rollbacks.proven, rollbackTitles.proven],
    [rollbacks.provenConditional, rollbackTitles["proven-conditional"]],
    [rollbacks.provenLossy, rollbackTitles["proven-lossy"]],
    [rollbacks.irreversible, rollbackTitles.irreversible],
    [rollbacks.unproven, rollbackTitles.unproven],
  ];
  return counts
    .filter(([number]) => number > 0)
    .map(([number, title]) => `${count(number)} ${title}`)
    .join("; ");
}
