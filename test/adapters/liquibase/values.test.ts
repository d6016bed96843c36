import { expect, it } from "vitest";
import { changeSet, readOk, sqlOf, xml } from "./project.ts";

it("takes a truth value that is none for false, as Java does", async () => {
  const row =
    '<insert tableName="t"><column name="a" valueBoolean="falsee"/><column name="b" valueBoolean="TRUE"/><column name="c"/></insert>';
  const history = await readOk({ "c.xml": xml(changeSet("1", row)) });
  expect(await sqlOf(history.migrations[0])).toEqual(["INSERT INTO public.t (a, b, c) VALUES (FALSE, TRUE, NULL)"]);
});

it("passes over a comma at the end of a list of columns, as Java does", async () => {
  const history = await readOk({
    "c.xml": xml(changeSet("1", '<addUniqueConstraint tableName="t" columnNames="a, b," constraintName="u"/>')),
  });
  expect(await sqlOf(history.migrations[0])).toEqual(["ALTER TABLE public.t ADD CONSTRAINT u UNIQUE (a, b)"]);
});

it("looks for a sequence in a row in the schema of the change, as Liquibase does", async () => {
  const row = '<column name="a" valueSequenceNext="s"/><column name="b" valueSequenceCurrent="s"/>';
  const history = await readOk({
    "c.xml": xml(
      changeSet("1", `<insert schemaName="x" tableName="t">${row}</insert><update schemaName="x" tableName="t">${row}</update>`),
    ),
  });
  expect(await sqlOf(history.migrations[0])).toEqual([
    "INSERT INTO x.t (a, b) VALUES (nextval('x.s'), currval('x.s'))",
    "UPDATE x.t SET a = nextval('x.s'), b = currval('x.s')",
  ]);
});
