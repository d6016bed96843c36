import { expect, test } from "vitest";
import { useServer } from "../support/server.ts";
import { useShadow } from "../support/shadow.ts";
import { describeSession } from "./session-contract.ts";

const url = useServer();
const shadow = useShadow({ server: { url, disposable: false } });

describeSession(shadow);

test("says what it is", () => {
  expect(shadow().session.engine).toEqual({
    version: expect.stringMatching(/^PostgreSQL 18\.\d+$/),
    major: 18,
    embedded: false,
    superuser: true,
    ownsCluster: false,
  });
});
