import { createHash } from "node:crypto";
import { dependencyWords } from "./dependency.ts";
import type { PlanChange, PlanTag } from "./model.ts";

/** What every info text of a plan begins with. */
export interface IdContext {
  readonly project: string;
  /** Canonical; `null` where the plan has none. */
  readonly uri: string | null;
}

/** The id of a change: SHA-1 over `change <bytes>\0<info>` (`App::Sqitch::Plan::Change`, `info`). `parent`: the change planned before it. */
export function changeId(change: Omit<PlanChange, "id" | "tags">, parent: string | null, context: IdContext): string {
  const requires = change.requires.map((dependency) => dependencyWords(dependency, context.project));
  const conflicts = change.conflicts.map((dependency) => dependencyWords(dependency, context.project));
  return hash("change", [
    ...head(context),
    `change ${change.name}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    ...planned(change),
    ...(requires.length === 0 ? [] : [`requires\n  + ${requires.join("\n  + ")}`]),
    ...(conflicts.length === 0 ? [] : [`conflicts\n  - ${conflicts.join("\n  - ")}`]),
    ...noteLines(change.note),
  ]);
}

/** The id of a tag (`App::Sqitch::Plan::Tag`, `info`). `change`: the id of the change that it stands behind. */
export function tagId(tag: Omit<PlanTag, "id">, change: string, context: IdContext): string {
  return hash("tag", [...head(context), `tag @${tag.name}`, `change ${change}`, ...planned(tag), ...noteLines(tag.note)]);
}

function head({ project, uri }: IdContext): readonly string[] {
  return [`project ${project}`, ...(uri === null ? [] : [`uri ${uri}`])];
}

function planned({ planner, timestamp }: Pick<PlanTag, "planner" | "timestamp">): readonly string[] {
  return [`planner ${planner.name} <${planner.email}>`, `date ${timestamp}`];
}

/** Perl takes a note "0" for none. */
function noteLines(note: string): readonly string[] {
  return note === "" || note === "0" ? [] : ["", note];
}

function hash(kind: "change" | "tag", lines: readonly string[]): string {
  const info = Buffer.from(lines.join("\n"));
  return createHash("sha1").update(`${kind} ${info.length}\0`).update(info).digest("hex");
}
