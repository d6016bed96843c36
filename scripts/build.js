// Builds `dist/`: the compiled program, the SQL files that it reads, and the prepared data directory of the embedded database (once; it does not depend on our code).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));

// Types are checked by `npm run check`, of the tests too.
const compile = [join(typescript, "bin", "tsc"), "-p", join(root, "tsconfig.build.json"), "--noCheck"];
execFileSync(process.execPath, compile, { cwd: root, stdio: "inherit" });

// What the compiler does not carry along: the DDL of the store, and the prompts.
cpSync(join(root, "prompts"), join(root, "dist", "prompts"), { recursive: true });
cpSync(join(root, "src", "store", "sql"), join(root, "dist", "src", "store", "sql"), { recursive: true });

// The report's own program and style sheet, each as one text that the report carries in itself.
const report = join(root, "src", "export", "report", "browser");
const bundled = join(root, "dist", "src", "export", "report");
mkdirSync(bundled, { recursive: true });
buildSync({
  entryPoints: [join(report, "main.ts"), join(report, "report.css")],
  outdir: bundled,
  entryNames: "[name]",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: {
    js: "/* Holds d3-axis, d3-scale, d3-selection, d3-zoom (ISC), @dagrejs/dagre (MIT), highlight.js (BSD-3-Clause) and what they need. */",
  },
  outExtension: { ".js": ".bundle.js" },
});

const prepare = join(root, "dist", "src", "database", "prepare-data-directory.js");
if (existsSync(prepare)) execFileSync(process.execPath, [prepare], { cwd: root, stdio: "inherit" });

// Results that another build kept are not trusted (`src/cache`).
const identity = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
const built = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" }).filter((path) => /\.(?:js|sql|md)$/.test(path));
for (const path of built.sort()) identity.update(`${path}\n`).update(readFileSync(join(root, "dist", path)));
writeFileSync(join(root, "dist", "build-identity"), `${identity.digest("hex")}\n`);
