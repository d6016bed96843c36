import { expect, test } from "vitest";
import { useShadow } from "../support/shadow.ts";
import { describeSession } from "./session-contract.ts";

const shadow = useShadow();

describeSession(shadow);

test("says what it is", () => {
  expect(shadow().session.engine).toEqual({
    version: expect.stringMatching(/^PostgreSQL 18\.\d+$/),
    major: 18,
    embedded: true,
    superuser: true,
    ownsCluster: true,
  });
});
