// Builds `dist/`: the compiled program, the SQL files that it reads, and the prepared data directory of the embedded database (once; it does not depend on our code).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));

execFileSync(process.execPath, [join(typescript, "bin", "tsc"), "-p", join(root, "tsconfig.build.json")], { cwd: root, stdio: "inherit" });

// What the compiler does not carry along: the DDL of the store.
cpSync(join(root, "src", "store", "sql"), join(root, "dist", "src", "store", "sql"), { recursive: true });

const prepare = join(root, "dist", "src", "database", "prepare-data-directory.js");
if (existsSync(prepare)) execFileSync(process.execPath, [prepare], { cwd: root, stdio: "inherit" });

// Results that another build kept are not trusted (`src/cache`).
const identity = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
const built = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" }).filter((path) => /\.(?:js|sql)$/.test(path));
for (const path of built.sort()) identity.update(`${path}\n`).update(readFileSync(join(root, "dist", path)));
writeFileSync(join(root, "dist", "build-identity"), `${identity.digest("hex")}\n`);
