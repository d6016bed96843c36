import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { Result } from "../model/failure.ts";
import { canonicalJson } from "../plan/canonical-json.ts";
import type { KeptPlan } from "../store/kept-plan.ts";
import type { ApplyOptions } from "./apply-types.ts";
import { loadRunnable, type RunnablePlan } from "./runnable.ts";

const planName = "plan.json";
/** What was left alone when the plan was applied, as `decisions.yaml` has it (JSON is YAML). */
const decisionsName = "decisions.yaml";

/** The files that a plan needs to be run again, by their paths; with what is no drift. */
export function planFiles(
  { plan, migrations, schemaText }: RunnablePlan,
  { decisions = [], ignore }: ApplyOptions["drift"],
): KeptPlan["files"] {
  const files = new Map([[planName, canonicalJson(plan)]]);
  for (const { plan: one, upText, downText, saving } of migrations) {
    files.set(`migrations/${one.folder}/up.sql`, upText);
    if (downText !== null) files.set(`migrations/${one.folder}/down.sql`, downText);
    for (const [name, text] of saving?.texts ?? []) files.set(`migrations/${one.folder}/${name}`, text);
  }
  if (schemaText !== null) files.set("schema.sql", schemaText);
  const reason = "drift.ignore of pggit.yaml";
  const patterns = ignore.map((object) => ({ object, choice: "ignore", reason, by: "pggit.yaml" }));
  const decided = decisions.map(({ at, ...decision }) => ({ ...decision, ...(at === null ? {} : { at }) }));
  files.set(decisionsName, JSON.stringify({ drift: [...decided, ...patterns] }));
  return files;
}

/** Lays the files of a kept plan out in a temporary folder, and hands over the plan as `loadRunnable` checked it, and the folder, which is gone afterwards. */
export async function withKeptPlan<T>(
  { files }: Pick<KeptPlan, "files">,
  secrets: Readonly<Record<string, string>>,
  work: (runnable: RunnablePlan, folder: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const folder = await mkdtemp(join(tmpdir(), "pggit-kept-"));
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      if (normalize(path).startsWith("..")) throw new Error(`the record keeps a file outside of its folder: ${path}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const loaded = await loadRunnable({ file: planName, cwd: folder, roots: [], secrets });
    // That the source files are not there says nothing here.
    return loaded.kind === "failed" ? loaded : await work({ ...loaded.value, warnings: [] }, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
