import { inputFailure } from "../../src/model/failure.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Failure } from "../../src/model/failure.ts";
import type { Finding } from "../../src/model/history.ts";
import { vendorOf } from "./candidates.ts";
import { codeFileName, isMigrationCode } from "./code/migration-code.ts";
import type { ResolvedLocation } from "./location.ts";
import type { FileName } from "./names.ts";
import { readNames } from "./names.ts";
import type { FlywaySettings } from "./settings/interpret.ts";
import type { Survey } from "./survey.ts";
import { isTestPath, moduleOf, parentOf } from "./survey.ts";
import type { FoundFile } from "./tree.ts";
import { isExecutable, shownPath, walkFolder } from "./tree.ts";

/** A file of SQL (or a script) whose name Flyway understands. */
export interface NamedFile {
  readonly path: string;
  /** Relative to the root. */
  readonly shown: string;
  readonly name: string;
  readonly says: Exclude<FileName, { readonly kind: "ignored" }>;
  readonly environment: string | null;
}

/** A file with the source of a Java, Kotlin, Groovy or Scala migration. */
export interface CodeFile {
  readonly path: string;
  readonly shown: string;
  readonly name: string;
  readonly text: string;
  readonly environment: string | null;
}

/** Everything that a project's locations hold. */
export interface Collected {
  readonly files: readonly NamedFile[];
  readonly code: readonly CodeFile[];
  readonly findings: readonly Finding[];
  readonly failures: readonly Failure[];
}

/** Locations of one environment; `null` is what counts everywhere. */
export interface LocationGroup {
  readonly environment: string | null;
  readonly locations: readonly ResolvedLocation[];
  /** `callbackLocations`: whatever is no callback there is passed over. */
  readonly holds: "all" | "callbacks";
  /** Files that count although they are not on the disk any more, relative to the root. */
  readonly gone?: readonly string[];
}

function finding(code: string, message: string, file: string | null): Finding {
  return { kind: "finding", code, message, location: file === null ? null : { file, line: 1 }, migration: null };
}

/** Folders for other products inside a location that also has one for PostgreSQL: another `{vendor}` is meant by them. */
function withoutOtherVendors(files: readonly FoundFile[]): { readonly kept: readonly FoundFile[]; readonly dropped: readonly string[] } {
  const vendor = (file: FoundFile): "postgresql" | "other" | null => vendorOf(file.within.split("/")[0] ?? "");
  const inFolder = (file: FoundFile): boolean => file.within.includes("/");
  if (!files.some((file) => inFolder(file) && vendor(file) === "postgresql")) return { kept: files, dropped: [] };
  const other = (file: FoundFile): boolean => inFolder(file) && vendor(file) === "other";
  return {
    kept: files.filter((file) => !other(file)),
    dropped: [...new Set(files.filter(other).map((file) => file.within.split("/")[0] ?? ""))],
  };
}

/** Of the files that are gone, those that stood below a folder. */
function goneFiles(paths: readonly string[], at: { readonly folder: string; readonly root: string }): readonly FoundFile[] {
  const prefix = at.folder === "." ? "" : `${at.folder}/`;
  return paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => ({ path: join(at.root, path), within: path.slice(prefix.length), name: path.slice(path.lastIndexOf("/") + 1) }));
}

/** Names that no reader would miss when Flyway passes them over. */
const expectedBeside = /^(?:readme|license|changelog|\.)|\.(?:md|txt|conf|keep|gitkeep|java|kt|class|xml|ya?ml|properties|adoc)$/i;

/** Walks the locations and sorts what is there into migrations, callbacks and what Flyway passes over. */
export async function collectFiles(groups: readonly LocationGroup[], survey: Survey, settings: FlywaySettings): Promise<Collected> {
  const read = readNames(settings);
  const files: NamedFile[] = [];
  const findings: Finding[] = [];
  const failures: Failure[] = [];
  const seen = new Set<string>();
  const beside: string[] = [];
  const codeFolders: { folder: string; environment: string | null }[] = [];

  const nameOf = async (file: FoundFile, shown: string, { environment, holds }: LocationGroup): Promise<void> => {
    const says = read(file.name);
    if (holds === "callbacks" && says.kind !== "callback") {
      if (says.kind !== "ignored")
        findings.push(finding("ignored-file", `Flyway passes ${file.name} over: it looks for callbacks only there`, shown));
      return;
    }
    if (says.kind !== "ignored" && says.suffix === "" && !(await isExecutable(file.path))) {
      const message = `${file.name} has no ending and was left out: Flyway takes such a file for a script (not on Windows), but it is not executable and does not begin with #!`;
      findings.push(finding("ignored-file", message, shown));
      return;
    }
    if (says.kind !== "ignored") {
      files.push({ path: file.path, shown, name: file.name, says, environment });
      return;
    }
    if (codeFileName.test(file.name)) return;
    const isSql = settings.sqlMigrationSuffixes.some((suffix) => file.name.toUpperCase().endsWith(suffix.toUpperCase()));
    const odd = isSql || /\.sql$/i.test(file.name) || (/^[VRUB]\d*[\d._]*__/.test(file.name) && !file.name.endsWith(".conf"));
    if (!odd) {
      if (!expectedBeside.test(file.name)) beside.push(shown);
      return;
    }
    if (isSql && settings.validateMigrationNaming) {
      failures.push(
        inputFailure("invalid-migration-name", `Flyway does not accept the name of this file: ${says.reason}`, {
          location: { file: shown, line: 1 },
          hint: "Rename it; `validateMigrationNaming` is on, so Flyway stops at it.",
        }),
      );
    } else findings.push(finding("ignored-file", `Flyway passes ${file.name} over: ${says.reason}`, shown));
  };

  for (const group of groups) {
    const { environment } = group;
    for (const location of group.locations) {
      if (location.kind === "remote") {
        findings.push(finding("remote-location", `the location ${location.descriptor} is not on this disk and was not read`, null));
        continue;
      }
      if (location.folders.length === 0) {
        const message = `the location ${location.descriptor} leads to no folder of the project`;
        if (settings.failOnMissingLocations) {
          failures.push(
            inputFailure("missing-location", message, {
              location: location.descriptor,
              hint: "Correct the setting, or give the folder with --location.",
            }),
          );
        } else findings.push(finding("missing-location", message, null));
      }
      for (const folder of location.folders) {
        const walk = await walkFolder(join(survey.root, folder), survey.root);
        failures.push(...walk.failures);
        const { kept, dropped } = withoutOtherVendors(
          walk.files.filter((file) => location.pattern === null || location.pattern.test(file.within)),
        );
        for (const name of dropped) {
          findings.push(
            finding("other-vendor", `${folder}/${name} is for another database than PostgreSQL and was left out`, `${folder}/${name}`),
          );
        }
        if (group.holds === "all") codeFolders.push({ folder, environment });
        for (const file of [...kept, ...goneFiles(group.gone ?? [], { folder, root: survey.root })]) {
          const shown = shownPath(survey.root, file.path);
          if (seen.has(shown)) continue;
          seen.add(shown);
          await nameOf(file, shown, group);
        }
      }
    }
  }
  if (beside.length > 0) {
    const shown = beside.slice(0, 5).join(", ");
    findings.push(
      finding(
        "other-files",
        `${beside.length} files in the locations are no migrations: ${shown}${beside.length > 5 ? ", …" : ""}`,
        beside[0] ?? null,
      ),
    );
  }
  return { files, code: await collectCode(codeFolders, survey), findings, failures };
}

/**
 * Programs that are migrations: in the locations themselves, and anywhere else in the same modules, because Spring Boot runs every bean of
 * that type and settings in code may name further packages.
 */
async function collectCode(
  folders: readonly { readonly folder: string; readonly environment: string | null }[],
  survey: Survey,
): Promise<readonly CodeFile[]> {
  const modules = new Set(folders.map(({ folder }) => moduleOf(folder, survey)));
  const code: CodeFile[] = [];
  for (const { path, files } of survey.folders.values()) {
    if (isTestPath(path) || !modules.has(moduleOf(path, survey))) continue;
    for (const name of files) {
      if (!codeFileName.test(name)) continue;
      const shown = path === "." ? name : `${path}/${name}`;
      if (survey.links.has(shown)) continue;
      const absolute = join(survey.root, shown);
      const text = (await readFile(absolute)).toString("utf8");
      if (!isMigrationCode(text)) continue;
      const own = folders.find(
        ({ folder, environment }) => environment !== null && (parentOf(shown) === folder || shown.startsWith(`${folder}/`)),
      );
      code.push({ path: absolute, shown, name, text, environment: own?.environment ?? null });
    }
  }
  return code;
}
