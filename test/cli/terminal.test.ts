import { expect, test } from "vitest";
import { alignColumns, cutPath, cutWords, duration, hang, listWithin, together, wrap } from "../../src/cli/terminal.ts";

test("texts are cut behind words and paths before folders, and never where they fit", () => {
  expect(cutWords("Changes the type of customers.phone", 35)).toBe("Changes the type of customers.phone");
  expect(cutWords("Changes the type of customers.phone", 34)).toBe("Changes the type of …");
  expect(cutWords("Donaudampfschifffahrt", 10)).toBe("Donaudamp…");
  expect(cutPath("src/main/resources/db/V1__a.sql:3:1", 40)).toBe("src/main/resources/db/V1__a.sql:3:1");
  expect(cutPath("src/main/resources/db/V1__a.sql:3:1", 24)).toBe("…/db/V1__a.sql:3:1");
});

test("a list says how many of it did not fit", () => {
  const ids = ["V1", "V2", "V3", "V4"];
  expect(listWithin(ids, 14)).toBe("V1, V2, V3, V4");
  expect(listWithin(ids, 13)).toBe("V1 and 3 more");
  expect(listWithin(ids, 5)).toBe("4 migrations");
});

test("wrapped lines hang under the first and keep together what belongs together", () => {
  expect(hang("Next  ", "one two three four five six", 30)).toEqual(["Next  one two three four five", "      six"]);
  expect(wrap(`total ${together("0.1 s")}`, 9)).toEqual(["total", "0.1 s"]);
  expect(
    alignColumns(
      [
        ["7", "a"],
        ["12", "b"],
      ],
      new Set([0]),
    ),
  ).toEqual([" 7  a", "12  b"]);
});

test("durations never say 60 seconds", () => {
  expect([0.04, 59.4, 59.97, 119.6, 167].map((seconds) => duration(seconds))).toEqual([
    "0.0 s",
    "59.4 s",
    "1 min 0 s",
    "2 min 0 s",
    "2 min 47 s",
  ]);
  expect(duration(12.4, "whole")).toBe("12 s");
});
