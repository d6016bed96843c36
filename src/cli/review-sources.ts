import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { requestOf } from "../configuration/plan-request.ts";
import type { Sources } from "../review/detail.ts";
import { printableLines } from "../review/text-width.ts";
import { maskSecrets } from "../sql/secrets.ts";
import type { OpenedPlan } from "./reconvert.ts";

const mostBytes = 2_000_000;

/** The SQL files that questions are about, secrets masked: for a few lines around the place. Of what is not at hand, is no SQL or is huge, the plan's own excerpt is shown. */
export async function readSources({ plan, folder }: OpenedPlan): Promise<Sources> {
  const project = resolve(folder, requestOf(plan).project);
  const wanted = new Set(
    plan.edgeCases.flatMap(({ source }) => (source === null ? [] : [source.location.file])).filter((path) => /\.sql$/i.test(path)),
  );
  const sources = new Map<string, readonly string[]>();
  for (const path of wanted) {
    const place = join(project, path);
    if (!place.startsWith(project + sep)) continue;
    const text = await readFile(place, "utf8").catch(() => null);
    if (text !== null && text.length <= mostBytes) sources.set(path, printableLines(maskSecrets(text)));
  }
  return sources;
}
