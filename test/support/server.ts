import { inject } from "vitest";

/** The URL of the native PostgreSQL that runs for all `*.server.test.ts`, as its superuser. Databases and roles are shared: name yours after your file. */
export function useServer(): string {
  return inject("serverUrl");
}
