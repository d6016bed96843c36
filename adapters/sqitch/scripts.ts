import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { readPsqlScript, type PsqlScript } from "../../src/sql/psql/script.ts";
import { readSourceText, resolveInside, type SourceText } from "../../src/sql/psql/source-text.ts";
import { ok, type Result } from "../../src/model/failure.ts";
import type { PlanChange, PlanTag } from "./plan/model.ts";
import type { ScriptFolders, SqitchSettings } from "./settings/settings.ts";

/** Where the scripts of one instance of a change stand. */
export interface ScriptPlaces extends ScriptFolders {
  /** The tag in the names of the scripts of a change that was reworked later; `null` for its last instance. */
  readonly reworkedAt: string | null;
}

/**
 * The scripts of every change of a plan (`App::Sqitch::Plan::Change`, `path_segments`). A change that is planned again later has its old
 * scripts in `name@tag.sql`, with the first tag between the two for which a deploy script exists; the tags of the change nearest to
 * the rework come first. Without any such script the first tag is taken.
 */
export function placeScripts(root: string, changes: readonly PlanChange[], settings: SqitchSettings): readonly ScriptPlaces[] {
  const next = new Map<string, number>();
  const places: ScriptPlaces[] = [];
  for (let index = changes.length - 1; index >= 0; index--) {
    const change = changes[index];
    if (change === undefined) continue;
    const rework = next.get(change.name);
    next.set(change.name, index);
    const tags = rework === undefined ? [] : tagsBackwards(changes.slice(index, rework));
    const folders = tags.length > 0 ? settings.reworked : settings.scripts;
    const fileOf = (folder: string, tag: PlanTag | undefined): string =>
      posix.normalize(posix.join(folder, `${change.name}${tag === undefined ? "" : `@${tag.name}`}.${settings.extension}`));
    const tag = tags.find((each) => existsSync(join(root, fileOf(folders.deploy, each)))) ?? tags[0];
    places.unshift({
      deploy: fileOf(folders.deploy, tag),
      revert: fileOf(folders.revert, tag),
      verify: fileOf(folders.verify, tag),
      reworkedAt: tag?.name ?? null,
    });
  }
  return places;
}

function tagsBackwards(changes: readonly PlanChange[]): readonly PlanTag[] {
  return changes.toReversed().flatMap(({ tags }) => tags);
}

/** A script as it is on disk and as psql runs it. */
export interface Script extends PsqlScript {
  readonly source: SourceText;
}

/** What reading a script needs. */
export interface ScriptContext {
  readonly root: string;
  readonly settings: SqitchSettings;
  /** `--placeholder`: goes before the variables of the configuration. */
  readonly given: Readonly<Record<string, string>>;
  /** Scripts that count with another content than they have: by path, what a database says was run. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads a script as Sqitch has psql run it: started in the folder of `sqitch.conf`, with the variables of the configuration, `registry`, and
 * `ON_ERROR_STOP`.
 */
export function readScript(path: string, kind: keyof ScriptFolders, { root, settings, given, contents }: ScriptContext): Result<Script> {
  const content = contents.get(path);
  const source = content === undefined ? readSourceText(root, path) : ok(toSource(path, content));
  if (source.kind === "failed") return source;
  const variables = { ...settings.variables[kind], ON_ERROR_STOP: "1", registry: settings.registry, ...given };
  const script = readPsqlScript({ root, file: path, text: source.value.text, variables, workingDirectory: settings.folder });
  return script.kind === "failed" ? script : ok({ ...script.value, source: source.value });
}

function toSource(path: string, content: Uint8Array): SourceText {
  const text = Buffer.from(content)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  return { path, text, sha256: createHash("sha256").update(content).digest("hex") };
}

/** SHA-1 of a script's bytes, as the registry keeps it of a deploy script; `null` where it cannot be read. */
export function scriptHash(path: string, { root, contents }: Pick<ScriptContext, "root" | "contents">): string | null {
  const given = contents.get(path);
  const inside = resolveInside(root, path);
  const bytes = given ?? (inside.kind === "failed" ? null : readFileSync(inside.value));
  return bytes === null ? null : createHash("sha1").update(bytes).digest("hex");
}
