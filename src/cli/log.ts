import { ok, type ExitCode } from "../model/failure.ts";
import { hasWayBack } from "../model/rollback.ts";
import { findObject } from "../timeline/objects.ts";
import { logEntries, objectLog, type LogEntry } from "../timeline/log-entries.ts";
import { runWithPlan, type PlanFlags } from "./plan-command.ts";
import { alignColumns, counted, cutWords, type Style } from "./terminal.ts";
import stringWidth from "string-width";

export interface LogFlags extends PlanFlags {
  readonly maxCount?: number;
  readonly branch?: string;
}

/** How the way back is named in one word. */
export const rollbackWords: Readonly<Record<LogEntry["rollback"], string>> = {
  proven: "proven",
  "proven-conditional": "conditional",
  "proven-lossy": "lossy",
  irreversible: "no way back",
  unproven: "unproven",
};

/** `pggit log [OBJECT]`: the converted history, the newest first; of an object the migrations that changed it. */
export async function runLog(object: string | undefined, flags: LogFlags): Promise<ExitCode> {
  return runWithPlan(flags, ({ plan }) => {
    const mentioned = object === undefined ? null : findObject(plan, object);
    if (mentioned?.kind === "failed") return mentioned;
    const all = mentioned === null ? logEntries(plan) : objectLog(plan, mentioned.value);
    const ofBranch = flags.branch === undefined ? all : all.filter(({ branch }) => branch === flags.branch);
    const entries = ofBranch.slice(0, flags.maxCount ?? ofBranch.length);
    const head = mentioned === null ? null : { ...mentioned.value.object, history: undefined };
    return ok({
      json: head === null ? { migrations: entries } : { object: head, migrations: entries },
      text: (screen) => renderLog(entries, { ...screen, all: ofBranch.length }),
    });
  });
}

/** One line a migration, cut to the width of the screen. */
function renderLog(
  entries: readonly LogEntry[],
  { style, width, all }: { readonly style: Style; readonly width: number; readonly all: number },
): string {
  const heads = alignColumns(
    entries.map(({ id, date, version, rollback }) => [id, date?.slice(0, 10) ?? "no date", version, rollbackWords[rollback], ""]),
  ).map((line) => line.trimEnd());
  const column = Math.max(0, ...heads.map((head) => stringWidth(head))) + 2;
  const lines = entries.map(({ id, rollback, intent, branch }, index) => {
    const head = (heads[index] ?? "").padEnd(column - 2);
    const noted = branch === "main" ? intent : `(${branch}) ${intent}`;
    const rest = cutWords(noted.replaceAll(/\s+/g, " "), Math.max(20, width - column));
    return `${style.yellow(id)}${colourOf(rollback, style)(head.slice(id.length))}  ${rest}`.trimEnd();
  });
  const more = all - entries.length;
  return `${[...lines, ...(more > 0 ? [style.dim(`and ${counted(more, "older migration")}`)] : [])].join("\n")}\n`;
}

function colourOf(rollback: LogEntry["rollback"], style: Style): (text: string) => string {
  if (!hasWayBack({ status: rollback })) return style.red;
  return rollback === "proven" ? (text) => text : style.yellow;
}
