import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failed, ok, type Failure, type Result } from "../model/failure.ts";

const settingsFile = `# Settings of pggit for this project. Every key is optional; flags and PGGIT_* variables win over this file.

# source: flyway            # flyway or sql; found by itself when left out
# location: src/main/resources/db/migration   # one or a list
# schemas: [public]         # the schemas that the tool manages, default first

# placeholders:             # Flyway placeholders, psql variables
#   app_role: shop_app

# assume:                   # facts that the files do not tell: environment variables, the tool's version
#   FLYWAY_VERSION: 9.22.3

# environments:             # which branch and database an environment's own migrations belong to
#   staging:    { branch: staging, database: shop_staging }
#   production: { branch: main,    database: shop }

# shadow:
#   url: postgres://localhost:5432/postgres   # a server for shadow databases instead of the embedded PostgreSQL
#   statementTimeoutSeconds: 300

# ai:                       # the language model for --ai; off without it
#   provider: anthropic     # or openai: every endpoint of that kind (Ollama, OpenRouter, …)
#   model: NAME
#   baseUrl: http://localhost:11434/v1   # default: the provider's own
#   keyVariable: ANTHROPIC_API_KEY       # the name of the variable that has the key

# alerts:                   # limits of a run on a database; action: warn or stop
#   lockWait: { seconds: 30, action: stop }
#   replicationLag: { seconds: 60 }

# backup:
#   keepData: true          # save the rows that migrations destroy, so that their rollbacks put them back
#   limitMegabytes: 1000    # ask where that takes more

# approvals: 2              # how many people must have approved a plan before it is applied; or { required: 2, roles: [dba] }

`;

/** Where plan and files are written, and where decisions are read: the folder that `init NAME` makes. */
const outSetting = (name: string | null): string =>
  name === null
    ? "# out: pggit                # where plan, files and decisions.yaml stand\n"
    : `out: ${name}${" ".repeat(Math.max(1, 23 - name.length))}# where plan, files and decisions.yaml stand\n`;

const decisionsFile = "# What people decided, by migration. Written by pggit, made to be committed.\ndecisions: []\n";

/** What was written, relative to the folder that the command ran in. */
export type InitializedFiles = readonly string[];

/**
 * Writes a commented `pggit.yaml`; with a name also a folder of that name with `migrations/`, `decisions.yaml` and `overrides/`, which the settings name as the place
 * of the conversion, so that what is decided there is read.
 * Refuses (exit code 2) where one of the files exists already: nothing is overwritten, nothing is half-written.
 */
export async function initialize(folder: string, name: string | null): Promise<Result<InitializedFiles>> {
  if (name !== null && !/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return failed(badName(name));
  const files: [path: string, text: string][] = [["pggit.yaml", `${settingsFile}${outSetting(name)}`]];
  if (name !== null) {
    files.push(
      [join(name, "decisions.yaml"), decisionsFile],
      [join(name, "migrations", ".gitkeep"), ""],
      [join(name, "overrides", ".gitkeep"), ""],
    );
  }
  for (const [path] of files) {
    if (await exists(join(folder, path))) return failed(alreadyThere(path));
  }
  for (const [path, text] of files) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text, { flag: "wx" });
  }
  return ok(files.map(([path]) => path));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

function alreadyThere(path: string): Failure {
  return {
    kind: "failure",
    code: "already-initialized",
    message: "The file exists already; it was left as it is.",
    location: path,
    hint: "Edit it, or move it away and run `pggit init` again.",
    exitCode: 2,
  };
}

function badName(name: string): Failure {
  return {
    kind: "failure",
    code: "invalid-name",
    message: `"${name}" cannot be the name of a folder here: letters, digits, "_", "-" and "." only.`,
    location: null,
    hint: "pggit init shop",
    exitCode: 2,
  };
}
