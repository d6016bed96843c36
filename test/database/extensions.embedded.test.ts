import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseExtensions, embeddedExtensions } from "../../src/database/extensions.ts";
import { useShadow } from "../support/shadow.ts";

const pglite = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
/** Of the modules that ship with PGlite, the one that holds a library and no extension. */
const library = "auto_explain";
const shipped = readdirSync(join(pglite, "contrib"))
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.slice(0, -".js".length))
  .filter((name) => name !== library);

test("every extension that ships with PGlite is known", () => {
  const { modules } = chooseExtensions(embeddedExtensions());
  expect(modules.map(({ member }) => member).sort()).toEqual(expect.arrayContaining(shipped));
});

test("what cannot be had is named, and only what is asked for is loaded", () => {
  const choice = chooseExtensions(["plpgsql", "timescaledb", "uuid-ossp", "earthdistance"]);
  expect(choice.unavailable).toEqual(["timescaledb"]);
  expect(choice.modules.map(({ name }) => name)).toEqual(["uuid-ossp", "cube", "earthdistance"]);
});

describe("with all extensions", () => {
  const shadow = useShadow({ extensions: [...embeddedExtensions(), "timescaledb"] });

  test("each can be created and dropped", async () => {
    expect(shadow().unavailableExtensions).toEqual(["timescaledb"]);
    for (const name of embeddedExtensions().filter((name) => name !== "plpgsql")) {
      await shadow().session.run(`create extension "${name}" cascade`);
      await shadow().session.run(`drop extension "${name}"`);
    }
  });
});
