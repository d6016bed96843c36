import { addressKey, type CatalogObject } from "../model/catalog.ts";
import type { ObjectKind, ObjectRef } from "../model/object.ts";
import type { MigrationReplay } from "../model/replay.ts";
import type { ObjectHistory, VersionBump } from "../model/understanding.ts";
import { consequenceOf } from "./transitions/consequences.ts";
import type { Transition } from "./transitions/transition.ts";

type Level = VersionBump["level"];
const LEVELS: readonly Level[] = ["PATCH", "MINOR", "MAJOR"];

/** A migration and what it changed. */
export interface MigrationTransitions {
  readonly replay: MigrationReplay;
  readonly transitions: readonly Transition[];
}

/** The versions of a history: each object by itself, and the schema as a whole. */
export interface Versions {
  /** In order of identity; dropped objects included. */
  readonly objects: readonly ObjectHistory[];
  /** One bump per migration that changed the schema or wrote rows. */
  readonly schema: readonly VersionBump[];
  /** The schema's version after a migration, for every migration, also for one that changed nothing. `0.0.0` before the first change. */
  readonly after: ReadonlyMap<string, string>;
}

function raise(version: string | null, level: Level): string {
  if (version === null) return "1.0.0";
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (level === "MAJOR") return `${major + 1}.0.0`;
  return level === "MINOR" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

interface Judged {
  readonly level: Level;
  readonly reason: string;
}

/** The strongest level, with the reasons that demand it: at most three, the rest counted. */
function judge(transitions: readonly Transition[], say: (transition: Transition, reason: string) => string): Judged {
  let best: Level = "PATCH";
  const reasons = new Map<Level, Set<string>>(LEVELS.map((level) => [level, new Set()]));
  for (const transition of transitions) {
    const { level, reason } = consequenceOf(transition);
    reasons.get(level)?.add(say(transition, reason));
    if (LEVELS.indexOf(level) > LEVELS.indexOf(best)) best = level;
  }
  const all = [...(reasons.get(best) ?? [])];
  const more = all.length > 3 ? ` and ${all.length - 3} more` : "";
  return { level: best, reason: `${all.slice(0, 3).join("; ")}${more}` };
}

interface Line {
  object: CatalogObject;
  dropped: boolean;
  readonly history: VersionBump[];
}

/** Follows objects by oid, and by name across a drop and a new creation. */
class VersionBook {
  readonly lines: Line[] = [];
  readonly #byAddress = new Map<string, Line>();
  readonly #byName = new Map<string, Line>();

  lineOf(transition: Transition): Line {
    const { object, before } = transition;
    const name = `${object.kind}:${object.identity}`;
    const address = addressKey(object.address);
    const line =
      this.#byAddress.get(address) ??
      (before === null ? undefined : this.#byAddress.get(addressKey(before.address))) ??
      this.#byName.get(name);
    if (line !== undefined) {
      this.#byAddress.set(address, line);
      this.#byName.set(name, line);
      return line;
    }
    const fresh: Line = { object, dropped: false, history: [] };
    this.lines.push(fresh);
    this.#byAddress.set(address, fresh);
    this.#byName.set(name, fresh);
    return fresh;
  }
}

function refOf(object: CatalogObject): ObjectRef {
  const { kind, schema, name } = object;
  if (object.facts.kind !== "routine") return { kind, schema, name };
  return { kind, schema, name, arguments: object.facts.identityArguments };
}

function bumpObjects(book: VersionBook, { replay, transitions }: MigrationTransitions): void {
  const byLine = new Map<Line, Transition[]>();
  for (const transition of transitions) {
    const line = book.lineOf(transition);
    const same = byLine.get(line);
    if (same === undefined) byLine.set(line, [transition]);
    else same.push(transition);
  }
  for (const [line, own] of byLine) {
    const { level, reason } = judge(own, (_transition, text) => text);
    const last = own.at(-1);
    if (last !== undefined) {
      line.object = last.object;
      line.dropped = last.kind === "dropped";
    }
    const version = raise(line.history.at(-1)?.version ?? null, level);
    line.history.push({ migration: replay.migration.id, level: line.history.length === 0 ? "MINOR" : level, version, reason });
  }
}

function writesRows(replay: MigrationReplay): boolean {
  if (replay.rows.some((row) => row.inserted + row.updated + row.deleted > 0 || row.truncated)) return true;
  return replay.statements.some(
    ({ parsed, outcome }) => outcome.kind === "done" && parsed?.changes.some((change) => change.effect === "data") === true,
  );
}

function schemaBump(entry: MigrationTransitions, version: string | null): VersionBump | null {
  const migration = entry.replay.migration.id;
  if (entry.transitions.length > 0) {
    const { level, reason } = judge(entry.transitions, (transition, text) => `${transition.object.identity}: ${text}`);
    return { migration, level: version === null ? "MINOR" : level, version: raise(version, level), reason };
  }
  if (!writesRows(entry.replay)) return null;
  return { migration, level: "PATCH", version: raise(version, "PATCH"), reason: "rows only" };
}

/**
 * Semantic versions along the history. A version moves once per migration, by the strongest of its changes: MAJOR where the
 * program of the version before may fail, MINOR for an addition, PATCH for what no program sees (comments, indexes, defaults,
 * grants). An object begins at 1.0.0, the schema at 1.0.0 with the first change. These are the historical versions; for those
 * after the squash see `squashedVersions`.
 */
export function findVersions(entries: readonly MigrationTransitions[]): Versions {
  const book = new VersionBook();
  const schema: VersionBump[] = [];
  const after = new Map<string, string>();
  let version: string | null = null;
  for (const entry of entries) {
    bumpObjects(book, entry);
    const bump = schemaBump(entry, version);
    if (bump !== null) {
      schema.push(bump);
      version = bump.version;
    }
    after.set(entry.replay.migration.id, version ?? "0.0.0");
  }
  const objects = book.lines.map((line) => ({
    object: refOf(line.object),
    identity: line.object.identity,
    version: line.history.at(-1)?.version ?? "1.0.0",
    dropped: line.dropped,
    history: line.history,
  }));
  const order = (a: ObjectHistory, b: ObjectHistory): number =>
    compareText(a.identity, b.identity) || compareText(a.object.kind, b.object.kind);
  return { objects: objects.sort(order), schema, after };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An object of the squashed history with its version there. */
export interface SquashedVersion {
  readonly kind: ObjectKind;
  readonly identity: string;
  readonly version: string;
}

/**
 * The versions after the squash, as `schema.sql` prints them over each object: there every object that stands at the head is
 * made once, by one merged statement, so each is at 1.0.0. The historical versions are those of `findVersions`.
 */
export function squashedVersions(objects: readonly ObjectHistory[]): readonly SquashedVersion[] {
  return objects.filter((item) => !item.dropped).map(({ object, identity }) => ({ kind: object.kind, identity, version: "1.0.0" }));
}
