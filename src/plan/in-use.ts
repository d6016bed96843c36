import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

const userSchema = z.object({
  command: z.enum(["review", "decide", "approve", "apply"]),
  by: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** ISO 8601. */
  since: z.string(),
});

/** Who works with the plans of a folder just now. */
export type PlanUser = z.output<typeof userSchema>;

/** Others who work with the same plans, and what to call when one's own work is done. */
export interface InUse {
  readonly others: readonly PlanUser[];
  leave(): Promise<void>;
}

const folderName = ".in-use";

/** Says that somebody works with the plans of a folder. Of those who change them there is one at a time: the second is refused (exit 4) with who is the first. */
export async function enter(folder: string, user: PlanUser): Promise<Result<InUse>> {
  const place = join(folder, folderName);
  const own = `${user.host}-${user.pid}.json`;
  const noted = await note(place, { own, user });
  const leave = async (): Promise<void> => {
    await rm(join(place, own), { force: true });
    await rmdir(place).catch(ignoring("ENOTEMPTY", "ENOENT", "EROFS", "EACCES"));
  };
  const others = await readOthers(place, own, user.host);
  const first = user.command === "apply" ? undefined : others.find(({ command }) => command !== "apply");
  if (first === undefined) return ok({ others, leave: noted ? leave : () => Promise.resolve() });
  await leave();
  return failed(occupied(first, place));
}

/** In words: `Ann reviews this plan since 10:12 (process 4711 on build1)`. */
export function describeUser({ command, by, host, pid, since }: PlanUser): string {
  const doing = {
    review: "is reviewing this plan",
    decide: "is deciding on this plan",
    approve: "is approving this plan",
    apply: "is applying this plan",
  };
  return `${by} ${doing[command]} since ${since.slice(0, 16).replace("T", " ")} UTC (process ${pid} on ${host})`;
}

/** False where the folder cannot be written: then nobody can change its plans either. */
async function note(place: string, { own, user }: { readonly own: string; readonly user: PlanUser }): Promise<boolean> {
  try {
    await mkdir(place, { recursive: true });
    await writeFile(join(place, own), `${JSON.stringify(user)}\n`);
    return true;
  } catch (error) {
    ignoring("EROFS", "EACCES", "EPERM")(error);
    return false;
  }
}

/** Those whose process still runs; notes that a killed one left on this machine are removed. */
async function readOthers(place: string, own: string, host: string): Promise<readonly PlanUser[]> {
  const names = await readdir(place).catch((error: unknown) => {
    ignoring("ENOENT", "ENOTDIR")(error);
    return [] as string[];
  });
  const others: PlanUser[] = [];
  for (const name of names.filter((one) => one !== own && one.endsWith(".json")).sort()) {
    const text = await readFile(join(place, name), "utf8").catch(() => "");
    const parsed = userSchema.safeParse(asJson(text));
    if (parsed.success && (parsed.data.host !== host || isAlive(parsed.data.pid))) others.push(parsed.data);
    else await rm(join(place, name), { force: true });
  }
  return others;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Lets errors with these codes pass, and throws every other. */
function ignoring(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error && "code" in error && codes.includes(String(error.code)))) throw error;
  };
}

function occupied(user: PlanUser, place: string): Failure {
  return {
    kind: "failure",
    code: "plan-in-use",
    message: `${describeUser(user)}. Nothing was changed.`,
    location: place,
    hint: "Wait until that is done, then run the same command again. If that process is gone for good, remove the file in this folder.",
    exitCode: 4,
  };
}
