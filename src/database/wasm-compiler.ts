import { setFlagsFromString } from "node:v8";

/** Up to so many migrations, what optimizing PGlite's code costs is not won back (docs/performance.md). */
const shortHistory = 150;

/**
 * Lets V8 compile the embedded databases that start from now on for the amount of work ahead: those for a short history run on baseline code, because optimizing them
 * costs more processor time and memory than all their work. Flags of V8 hold for the whole process, so this is called by what knows the history.
 */
export function compileFor(migrations: number): void {
  const optimize = migrations > shortHistory ? "" : "no-";
  setFlagsFromString(`--${optimize}wasm-tier-up`);
  setFlagsFromString(`--${optimize}wasm-dynamic-tiering`);
}
