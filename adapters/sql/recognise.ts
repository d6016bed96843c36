import { posix } from "node:path";
import { readSourceText } from "../../src/sql/psql/source-text.ts";
import { PROFILES, type Profile, type ProfileName } from "./profiles.ts";
import { cutSections } from "./sections.ts";
import type { Layout } from "./projects.ts";
import { isCode } from "./projects.ts";

/** Which shape a folder has, and what says so. */
export interface Recognition {
  readonly profile: Profile;
  readonly evidence: readonly string[];
  readonly toolVersion: string | null;
  /** Files by the shape that their markers show, where these differ; empty where all agree. */
  readonly mixed: ReadonlyMap<string, readonly string[]>;
}

/** The text of a file, or `null` where it cannot be read: reading it for good says why. */
export type TextOf = (path: string) => string | null;

/** Shapes that are told by marker lines, the most particular first. */
const MARKED: readonly ProfileName[] = [
  "goose",
  "dbmate",
  "sql-migrate",
  "rambler",
  "tern",
  "mybatis",
  "play",
  "node-pg-migrate",
  "up-down-markers",
];

/** Recognises a layout: by the tool's own files, else by marker lines, else by names, else by what the project's manifest requires. */
export function recognise(root: string, layout: Layout, textOf: TextOf): Recognition {
  const { folder, perFolder, entries } = layout;
  const count = perFolder.length + entries.length;
  const found = (name: ProfileName, saw: string, toolVersion: string | null = null): Recognition => {
    const profile = PROFILES[name];
    return {
      profile,
      evidence: [`${place(folder.path)} has ${count} ${count === 1 ? "migration" : "migrations"}: ${profile.title}`, saw],
      toolVersion,
      mixed: new Map(),
    };
  };
  const manifest = readManifests(root, folder.path);
  if (folder.files.includes("migration_lock.toml"))
    return found("prisma", "migration_lock.toml", manifest.version(/"prisma"\s*:\s*"[^\d"]*([\d.]+)/));
  if (folder.files.includes("atlas.sum")) return found("atlas", "atlas.sum");
  if (folder.folders.some((child) => child.name === "meta" && child.files.includes("_journal.json"))) {
    return found("drizzle", "meta/_journal.json", manifest.version(/"drizzle-kit"\s*:\s*"[^\d"]*([\d.]+)/));
  }
  if (/(?:^|\/)supabase\/migrations$/.test(folder.path)) return found("supabase", folder.path);
  if (perFolder.length > 0) return recogniseFolders({ layout, manifest, textOf }, found);

  const byMarkers = readMarkers(layout, textOf);
  const kinds = [...byMarkers.keys()].filter((name) => name !== "none");
  if (kinds.length > 0) {
    const [name] = kinds;
    const required = name !== undefined && PROFILES[name].markers?.required === true;
    const mixed = kinds.length > 1 || (required && byMarkers.has("none"));
    const example = byMarkers.get(name ?? "none")?.[0] ?? "";
    return {
      ...found(name ?? "plain", `${byMarkers.get(name ?? "none")?.length ?? 0} files have its markers, for example ${example}`),
      mixed: mixed
        ? new Map([...byMarkers].map(([key, files]) => [key === "none" ? "no markers" : `markers of ${PROFILES[key].title}`, files]))
        : new Map(),
    };
  }
  const dotted = entries.filter((entry) => entry.up !== null && /\.up\.\w+$/i.test(entry.up));
  const undone = entries.filter((entry) => entry.up !== null && /\d\.do\.(?:[^/]*\.)?\w+$/i.test(entry.up));
  if (manifest.has(/^sqlx\b|\bsqlx\s*=/m))
    return found("sqlx", "Cargo.toml requires sqlx", manifest.version(/\bsqlx\s*=\s*(?:\{[^}]*version\s*=\s*)?"([\d.]+)/));
  if (dotted.length > 0) return found("golang-migrate", `${dotted.length} files end in .up.sql`);
  if (undone.length > 0) return found("postgrator", `${undone.length} files are named .do.`);
  if (manifest.has(/"node-pg-migrate"/)) return found("node-pg-migrate", "package.json requires node-pg-migrate");
  if (/(?:^|\/)migrations\/committed$/.test(folder.path)) return found("graphile-migrate", folder.path);
  if (entries.length === 1 && entries[0]?.version === null) return found("dump", entries[0].up ?? "");
  return found("plain", entries.length === 0 ? "names" : `from ${entries[0]?.id} to ${entries.at(-1)?.id}`);
}

interface Sight {
  readonly layout: Layout;
  readonly manifest: Manifests;
  readonly textOf: TextOf;
}

function recogniseFolders(
  { layout, manifest, textOf }: Sight,
  found: (name: ProfileName, saw: string, toolVersion?: string | null) => Recognition,
): Recognition {
  const { folder, perFolder } = layout;
  const [first] = perFolder;
  const path = first?.up ?? null;
  const text = path === null ? null : textOf(path);
  if (text !== null && /^-- pggit: migration /m.test(text.slice(0, 2_000)))
    return found("pggit", `${first?.up} begins with -- pggit: migration`);
  if (perFolder.some((entry) => entry.up?.endsWith("/migration.sql"))) return found("prisma", `${first?.up}`);
  if (manifest.has(/^diesel\b|\bdiesel\s*=/m) || perFolder.some((entry) => entry.id.endsWith("diesel_initial_setup")))
    return found("diesel", `${first?.up}`, manifest.version(/\bdiesel\s*=\s*(?:\{[^}]*?version\s*=\s*)?"[^\d"]*([\d.]+)/));
  if (/(?:^|\/)migrations\/[^/]+$/.test(folder.path) && perFolder.every((entry) => /^\d{13}_/.test(entry.id)))
    return found("hasura", `${first?.up}`);
  return found("folders", `for example ${first?.up}`);
}

/** Files by the shape that their marker lines show; `none` for those without any. */
function readMarkers(layout: Layout, textOf: TextOf): ReadonlyMap<ProfileName | "none", readonly string[]> {
  const files = new Map<ProfileName | "none", string[]>();
  for (const { up, down } of layout.entries) {
    // A way back in a file of its own leaves nothing for markers to divide.
    if (up === null || down !== null || isCode(up)) continue;
    const text = textOf(up);
    if (text === null) continue;
    const name = MARKED.find((candidate) => showsMarkers(text, candidate)) ?? "none";
    const list = files.get(name) ?? [];
    list.push(up);
    files.set(name, list);
  }
  if ([...files.keys()].every((name) => name === "none")) return new Map();
  return files;
}

function showsMarkers(text: string, name: ProfileName): boolean {
  const { markers } = PROFILES[name];
  if (markers === undefined) return false;
  const sections = cutSections(text, markers);
  // "-- Up" and "-- rollback" are also words in comments: only both together divide a file.
  if (name === "up-down-markers") return sections.hasUpMarker && sections.hasDownMarker;
  return sections.hasUpMarker || sections.hasDownMarker;
}

/** The manifests of the folder and those around it, up to the root. */
interface Manifests {
  has(pattern: RegExp): boolean;
  version(pattern: RegExp): string | null;
}

function readManifests(root: string, path: string): Manifests {
  const texts: string[] = [];
  for (let at = path; ; at = posix.dirname(at)) {
    for (const name of ["Cargo.toml", "package.json"]) {
      const read = readSourceText(root, at === "." ? name : `${at}/${name}`);
      if (read.kind === "ok") texts.push(read.value.text);
    }
    if (at === "." || at === "/") break;
  }
  return {
    has: (pattern) => texts.some((text) => pattern.test(text)),
    version(pattern) {
      for (const text of texts) {
        const found = pattern.exec(text)?.[1];
        if (found !== undefined) return found;
      }
      return null;
    },
  };
}

function place(path: string): string {
  return path === "." ? "The folder" : path;
}
