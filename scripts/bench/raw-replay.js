// Sends the files of a folder raw, in the order of their versions, to a fresh embedded database, and prints the seconds of that.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openShadow } from "../../dist/src/database/shadow.js";

const [folder] = process.argv.slice(2);
const version = (name) => name.replace(/^V/, "").split("__")[0].split("_").map(Number);
const byVersion = (a, b) => {
  const [left, right] = [version(a), version(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .sort(byVersion)
  .map((name) => readFileSync(join(folder, name), "utf8"));

const opened = await openShadow({ server: null, extensions: [], statementTimeoutMs: null, id: "raw" });
if (opened.kind === "failed") throw new Error(opened.failures[0].message);
const shadow = opened.value;
const started = performance.now();
let failedFiles = 0;
for (const text of files) {
  // One transaction a file, as Flyway runs it; a failing file is rolled back and the rest goes on.
  await shadow.session.run(`BEGIN;${text}\n;COMMIT`).catch(async () => {
    failedFiles += 1;
    await shadow.session.run("ROLLBACK");
  });
}
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, files: files.length, failedFiles }));
await shadow.close();
process.exit(0);
