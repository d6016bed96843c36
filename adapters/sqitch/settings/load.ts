import { posix } from "node:path";
import { failed, ok, type Failure, type Result } from "../../../src/model/failure.ts";
import { readSourceText } from "../../../src/sql/psql/source-text.ts";
import { readConfig, type ConfigEntry } from "./read-config.ts";
import type { Configuration } from "./settings.ts";

/** How deep files may include each other (Config::GitLike, `max_depth`). */
const DEEPEST = 10;

/** Reads a `sqitch.conf` under the root and what its `include.path` names; a file that is not there is passed over, as there. */
export function loadConfiguration(root: string, path: string): Result<Configuration> {
  const read = readSourceText(root, path);
  if (read.kind === "failed") return read;
  const failures: Failure[] = [];
  const entries = expand({ root, failures, depth: 0 }, read.value);
  return failures.length > 0 ? failed(...failures) : ok({ folder: posix.dirname(path), path, entries });
}

interface Loading {
  readonly root: string;
  readonly failures: Failure[];
  readonly depth: number;
}

function expand(loading: Loading, source: { readonly path: string; readonly text: string }): readonly ConfigEntry[] {
  const read = readConfig(source);
  if (read.kind === "failed") {
    loading.failures.push(...read.failures);
    return [];
  }
  return read.value.flatMap((entry) => {
    const isInclude = entry.section === "include" && entry.name.toLowerCase() === "path";
    return isInclude && entry.value !== null ? [entry, ...include(loading, entry)] : [entry];
  });
}

function include(loading: Loading, { file, line, value }: ConfigEntry): readonly ConfigEntry[] {
  const path = posix.normalize(posix.join(posix.dirname(file), (value ?? "").trim()));
  if (loading.depth >= DEEPEST) {
    loading.failures.push({
      kind: "failure",
      code: "include-loop",
      message: `More than ${DEEPEST} configuration files include each other.`,
      location: { file, line },
      hint: "Remove one of the include.path lines.",
      exitCode: 2,
    });
    return [];
  }
  const read = readSourceText(loading.root, path);
  if (read.kind === "ok") return expand({ ...loading, depth: loading.depth + 1 }, read.value);
  if (read.failures[0]?.code !== "file-not-found")
    loading.failures.push(...read.failures.map((failure) => ({ ...failure, location: { file, line } })));
  return [];
}
