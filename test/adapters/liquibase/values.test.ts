import { expect, it } from "vitest";
import { changeSet, readOk, sqlOf, xml } from "./project.ts";

it("takes a truth value that is none for false, as Java does", async () => {
  const row =
    '<insert tableName="t"><column name="a" valueBoolean="falsee"/><column name="b" valueBoolean="TRUE"/><column name="c"/></insert>';
  const history = await readOk({ "c.xml": xml(changeSet("1", row)) });
  expect(await sqlOf(history.migrations[0])).toEqual(["INSERT INTO public.t (a, b, c) VALUES (FALSE, TRUE, NULL)"]);
});
