import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { findCases } from "../../scripts/conformance/cases.js";
import { catalogLines, readRecording, rowLines } from "../../scripts/conformance/recording.js";
import { readState, readingOf, replayCase, rollBack } from "../../scripts/conformance/replay.js";
import { tools } from "../../scripts/conformance/tools.js";
import { loadParser } from "../../dist/src/sql/parser.js";
import { openShadow } from "../../src/database/shadow.ts";
import { useServer } from "../support/server.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));

beforeAll(() => loadParser());

// `npm run conformance` compares with the tools themselves; where they are not installed, their recordings hold us.
const judged = tools.filter(({ name }) => findCases(fixtures, name).length > 0);

describe.each(judged)("the replay gives what $name gave", (tool) => {
  it.each(findCases(fixtures, tool.name))("in $name", async (each) => {
    const recorded = readRecording(readFileSync(each.recording, "utf8"));
    const opened = await openShadow({
      server: { url: useServer(), disposable: false },
      extensions: [],
      statementTimeoutMs: 60_000,
      id: "recorded",
    });
    if (opened.kind === "failed") throw new Error(opened.failures[0]?.message);
    const shadow = opened.value;
    const { session } = shadow;
    try {
      for (const sql of each.settings.before) await session.run(sql);
      const empty = await readState(session, readingOf(tool, []));
      const result = await replayCase(tool.name, { case: each, shadow });
      expect(result.failures).toEqual([]);
      expect(tool.expected(result)).toEqual(recorded.get("applied"));
      const reading = readingOf(tool, result.replays);
      const head = await readState(session, reading);
      expect(catalogLines(empty.catalog, head.catalog)).toEqual(recorded.get("catalog"));
      expect(rowLines(head.rows)).toEqual(recorded.get("rows"));
      const count = each.settings.rollback;
      if (count === 0) return;
      await rollBack({ ...result, session, count });
      const back = await readState(session, reading);
      expect(catalogLines(empty.catalog, back.catalog)).toEqual(recorded.get(`catalog after the rollback of ${count}`));
      expect(rowLines(back.rows)).toEqual(recorded.get(`rows after the rollback of ${count}`));
    } finally {
      await shadow.close();
    }
  });
});
