import { NAME } from "./names.ts";

/** What a change says about another one in its brackets: `[!][project:](change[@tag] | @tag | id)`. */
export interface Dependency {
  readonly type: "requires" | "conflicts";
  /** As written. */
  readonly text: string;
  /** `null` where none is named: then it is the plan's own, unless an id is given. */
  readonly project: string | null;
  readonly change: string | null;
  readonly tag: string | null;
  readonly id: string | null;
}

const FORM = new RegExp(`^(!?)(?:(${NAME}):)?(?:([0-9a-f]{40})|(${NAME})(?:@(${NAME}))?|@(${NAME}))$`, "u");

/** Reads one dependency (`App::Sqitch::Plan::Depend`, `parse`); `null` where it is none. */
export function parseDependency(text: string): Dependency | null {
  const found = FORM.exec(text);
  if (found === null) return null;
  const [, negated, project = null, id = null, change = null, changeTag, bareTag] = found;
  return { type: negated === "!" ? "conflicts" : "requires", text, project, change, tag: changeTag ?? bareTag ?? null, id };
}

/** What it names, without the project: `change`, `change@tag`, `@tag` or the id. */
export function dependencyKey({ change, tag, id }: Dependency): string {
  return id ?? `${change ?? ""}${tag === null ? "" : `@${tag}`}`;
}

/** As it stands in a change's info text: the project only where it is another one. */
export function dependencyWords(dependency: Dependency, ownProject: string): string {
  const { project } = dependency;
  return project === null || project === ownProject ? dependencyKey(dependency) : `${project}:${dependencyKey(dependency)}`;
}

/** Whether it can be about the plan that it stands in. */
export function isOwn({ project }: Dependency, ownProject: string): boolean {
  return project === null || project === ownProject;
}
