import { blame, canBlame, type BlamedPart, type BlameEvent } from "../timeline/blame.ts";
import { failed, inputFailure, ok, type ExitCode } from "../model/failure.ts";
import type { PlanObject } from "../model/plan.ts";
import { formatLocation } from "../model/source.ts";
import { findObject } from "../timeline/objects.ts";
import { runRehearsal, type RehearsalFlags } from "./rehearsal-command.ts";
import { alignColumns, cut, cutPath, hang, type Style } from "./terminal.ts";

/** `pggit blame TABLE[.COLUMN]`: who last changed each column, index and constraint, in which file and line; of one part everything that was done to it. */
export async function runBlame(object: string, flags: RehearsalFlags): Promise<ExitCode> {
  return runRehearsal(flags, async ({ plan, request, progress }) => {
    const mentioned = findObject(plan, object);
    if (mentioned.kind === "failed") return mentioned;
    const { part, object: found } = mentioned.value;
    if (!canBlame(found.kind)) {
      return failed(
        inputFailure("cannot-blame", `A ${found.kind} has no parts to blame.`, {
          location: found.identity,
          hint: `\`pggit log ${object}\` lists the migrations that changed it.`,
        }),
      );
    }
    progress.begin("running the history on a shadow", null);
    const blamed = await blame(request, mentioned.value);
    if (blamed.kind === "failed") return blamed;
    const parts =
      part === null
        ? blamed.value
        : blamed.value.filter(({ name, events }) => name === part || events.some((event) => event.name === part));
    if (parts.length === 0) return failed(noSuchPart(found, { part: part ?? "", known: blamed.value }));
    const shown = { object: found.identity, kind: found.kind, version: found.version, dropped: found.dropped };
    return ok({
      json: { ...shown, parts: parts.map((one) => ({ ...one, last: one.events.at(-1) ?? null })) },
      text: (screen) => (part === null ? renderTable(found, { parts, ...screen }) : renderParts(parts, screen)),
    });
  });
}

interface Screen {
  readonly style: Style;
  readonly width: number;
}

/** One line a part: by which migration it is as it is, when, by whom, where. What is gone comes last. */
function renderTable(object: PlanObject, { parts, style, width }: Screen & { readonly parts: readonly BlamedPart[] }): string {
  const standing = object.dropped ? parts : parts.filter(({ dropped }) => !dropped);
  const rows = standing.map(({ kind, name, events }) => {
    const last = events.at(-1);
    return [last?.migration ?? "", last?.date?.slice(0, 10) ?? "", shortAuthor(last?.author ?? null), `${kind} ${name}`];
  });
  const heads = alignColumns(rows.map((row) => row.map((cell, index) => cut(cell, index === 3 ? 32 : 18)).concat("")));
  const lines = standing.flatMap(({ events }, index) => {
    const last = events.at(-1);
    const head = (heads[index] ?? "").trimEnd().padEnd(Math.max(...heads.map((line) => line.trimEnd().length)));
    const room = width - head.length - 2;
    const place =
      last === undefined || last.location === null ? "" : formatLocation({ file: last.location.file, line: last.location.line });
    const fits = room >= 24 ? [`${head}  ${style.dim(cutPath(place, room))}`] : [head, `    ${style.dim(cutPath(place, width - 4))}`];
    return fits.map((line) => line.trimEnd());
  });
  const title = `${object.kind} ${object.identity}  ${object.version}${object.dropped ? "  dropped" : ""}`;
  const gone = parts.filter(({ dropped }) => dropped);
  const rest =
    object.dropped || gone.length === 0
      ? []
      : [
          "",
          ...hang(
            "Dropped: ",
            gone.map(({ kind, name, events }) => `${kind} ${name} (${events.at(-1)?.migration ?? ""})`).join(", "),
            width,
          ),
        ];
  return `${[style.bold(title), ...lines, ...rest].join("\n")}\n`;
}

/** Everything that was done to one part, the newest first. */
function renderParts(parts: readonly BlamedPart[], { style, width }: Screen): string {
  const lines = parts.flatMap((part) => [
    ...hang(style.bold(`${part.kind} ${part.name}  `), part.dropped ? "dropped" : part.definition, width),
    ...part.events.toReversed().flatMap((event) => eventLines(event, { style, width })),
  ]);
  return `${lines.join("\n")}\n`;
}

function eventLines(event: BlameEvent, { style, width }: Screen): readonly string[] {
  const facts = [event.date?.slice(0, 10) ?? "no date", event.author ?? "author unknown"].join("  ");
  const place = event.location === null ? [] : [`    ${style.dim(cutPath(formatLocation(event.location), width - 4))}`];
  return [`  ${style.yellow(event.migration)}  ${facts}`, ...hang("    ", event.what, width), ...place];
}

/** The name without the address. */
function shortAuthor(author: string | null): string {
  return author?.replace(/\s*<.*>$/, "") ?? "";
}

function noSuchPart(
  object: PlanObject,
  { part, known }: { readonly part: string; readonly known: readonly BlamedPart[] },
): ReturnType<typeof inputFailure> {
  return inputFailure("unknown-part", `${object.identity} has and had no column, constraint or index ${part}.`, {
    location: object.identity,
    hint: `It has ${known
      .filter(({ dropped, kind }) => !dropped && kind === "column")
      .map(({ name }) => name)
      .join(", ")}.`,
  });
}
