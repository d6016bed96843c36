import { defineConfig } from "vitest/config";

/** What a test needs is in its file name: nothing (unit), the embedded database, a real server, or the built program. */
const project = (name: string, include: string, globalSetup: readonly string[]) => ({
  test: {
    name,
    include: [`test/**/${include}`],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks" as const,
    // The histories of tests are short (src/database/wasm-compiler.ts).
    execArgv: ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"],
    globalSetup: globalSetup.map((file) => `test/support/${file}`),
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/**/*.{embedded,server,cli}.test.ts"],
          testTimeout: 20_000,
          isolate: false,
        },
      },
      project("embedded", "*.embedded.test.ts", ["prepare-embedded.ts"]),
      project("server", "*.server.test.ts", ["prepare-embedded.ts", "start-server.ts"]),
      project("cli", "*.cli.test.ts", ["prepare-embedded.ts"]),
    ],
  },
});
