import { posix } from "node:path";
import { readSourceText } from "../../src/sql/psql/source-text.ts";
import type { Project } from "./find-projects.ts";

/** Files that name Sqitch's version, each with how it does. */
const SOURCES: readonly { readonly file: string; readonly pattern: RegExp }[] = [
  { file: "cpanfile.snapshot", pattern: /\bApp-Sqitch-v?(\d+(?:\.\d+)+)\b/ },
  { file: "cpanfile", pattern: /['"]App::Sqitch['"]\s*(?:=>|,)\s*['"]\s*(?:==\s*)?v?(\d+(?:\.\d+)+)['"]/ },
  ...["Dockerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml", ".gitlab-ci.yml"].map((file) => ({
    file,
    pattern: /\bsqitch\/sqitch:v?(\d+(?:\.\d+)+)/,
  })),
  { file: ".tool-versions", pattern: /^sqitch\s+v?(\d+(?:\.\d+)+)/m },
];

/** The version of Sqitch that the project asks for, beside its configuration or at the root; `null` where nothing says it. */
export function findToolVersion(root: string, projects: readonly Project[]): string | null {
  const folders = [...new Set([...projects.map(({ configuration }) => configuration.folder), "."])];
  for (const folder of folders) {
    for (const { file, pattern } of SOURCES) {
      const source = readSourceText(root, posix.join(folder, file));
      const version = source.kind === "ok" ? pattern.exec(source.value.text)?.[1] : undefined;
      if (version !== undefined) return version;
    }
  }
  return null;
}
