import { ok, type ExitCode } from "../model/failure.ts";
import { changeStatements } from "../timeline/definitions.ts";
import { diffStates, type ObjectDifference } from "../timeline/diff.ts";
import { findPoint, sayPoint, type Point } from "../timeline/points.ts";
import { readStates } from "../timeline/rehearsal.ts";
import { runRehearsal, type RehearsalFlags } from "./rehearsal-command.ts";
import { counted, cut, type Style } from "./terminal.ts";

export interface DiffFlags extends RehearsalFlags {
  readonly sql?: boolean;
}

/** `pggit diff A [B]`: what differs between the schema at two points of the history, in words or as the SQL that leads from the one to the other. */
export async function runDiff([from, to]: readonly [string, string], flags: DiffFlags): Promise<ExitCode> {
  return runRehearsal(flags, async ({ plan, request, progress }) => {
    const start = findPoint(plan, from);
    if (start.kind === "failed") return start;
    const end = findPoint(plan, to);
    if (end.kind === "failed") return end;
    progress.begin("running the history on a shadow", null);
    const points = [start.value, end.value];
    const read = await readStates(
      request,
      points.map(({ count }) => count).sort((a, b) => a - b),
    );
    if (read.kind === "failed") return read;
    const { states, terms } = read.value;
    const forwards = start.value.count <= end.value.count;
    const [first = new Map(), second = first] = forwards ? states : states.toReversed();
    const sql = changeStatements({ from: first, to: second }, terms);
    const objects = diffStates(first, second);
    return ok({
      json: { from: start.value, to: end.value, objects, sql },
      text: (screen) => (flags.sql === true ? renderSql(sql, points) : render(objects, { points, ...screen })),
    });
  });
}

function renderSql(sql: readonly string[], [from, to]: readonly Point[]): string {
  const head =
    from === undefined || to === undefined
      ? []
      : [
          `-- Turns the schema at ${sayPoint(from)} into the one at ${sayPoint(to)}.`,
          "-- Derived from the two catalogs, and not run: the migrations themselves, which were, also bring the rows along.",
        ];
  return `${[...head, ...sql.map((statement) => `\n${statement};`)].join("\n")}\n`;
}

interface Rendering {
  readonly points: readonly Point[];
  readonly style: Style;
  readonly width: number;
}

const signs = { new: "+", dropped: "-", changed: "~" } as const;

function render(objects: readonly ObjectDifference[], { points, style, width }: Rendering): string {
  const [from, to] = points;
  const colours = { new: style.green, dropped: style.red, changed: style.yellow } as const;
  const line = (what: ObjectDifference["what"], text: string): string =>
    colours[what](
      cut(
        text.replaceAll(/\s+/g, (space) => (space.includes("\n") ? " " : space)),
        width,
      ),
    );
  const lines = objects.flatMap((object) => [
    line(object.what, `${signs[object.what]} ${object.kind} ${object.identity}${object.text === null ? "" : `: ${object.text}`}`),
    ...object.parts.map((part) =>
      line(part.what, `    ${signs[part.what]} ${part.kind} ${part.name}${part.text === "" ? "" : `  ${part.text}`}`),
    ),
  ]);
  const apart = Math.abs((to?.count ?? 0) - (from?.count ?? 0));
  const head =
    from === undefined || to === undefined
      ? ""
      : `${sayPoint(from)} → ${sayPoint(to)}: ${counted(apart, "migration")}, ${counted(objects.length, "object")}`;
  return `${[style.bold(head), ...lines].join("\n")}\n`;
}
