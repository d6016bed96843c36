import { flagOf, valueOf, type Node } from "../source/node.ts";
import { escapeName, escapeQualified, quoteText, type Naming } from "../postgres/quoting.ts";
import { tableOf } from "./columns.ts";
import { changeNode, statement, type ChangeContext, type ChangeType } from "./contract.ts";
import { rawStep } from "./raw.ts";
import { dropOf } from "./tables.ts";

const sequenceFields = [
  "catalogName",
  "schemaName",
  "sequenceName",
  "incrementBy",
  "maxValue",
  "minValue",
  "ordered",
  "cacheSize",
  "cycle",
  "dataType",
];

/** The options of a sequence in the order of `CreateSequenceGenerator` and `AlterSequenceGenerator`. */
function options(change: Node, words: readonly (readonly [attribute: string, words: string])[]): string {
  return words
    .flatMap(([attribute, word]) => {
      const value = valueOf(change, attribute);
      return value === null ? [] : [` ${word} ${value}`];
    })
    .join("");
}

const createSequence: ChangeType = {
  fields: [...sequenceFields, "startValue"],
  generate(change, { naming }) {
    const cycle = flagOf(change, "cycle") === true ? " CYCLE" : "";
    const settings = options(change, [
      ["dataType", "AS"],
      ["startValue", "START WITH"],
      ["incrementBy", "INCREMENT BY"],
      ["minValue", "MINVALUE"],
      ["maxValue", "MAXVALUE"],
      ["cacheSize", "CACHE"],
    ]);
    return [statement(`CREATE SEQUENCE  IF NOT EXISTS ${tableOf(change, naming, "sequenceName")}${settings}${cycle}`, change.location)];
  },
  inverse: (change) => [dropOf("dropSequence", change, ["sequenceName"])],
};

const alterSequence: ChangeType = {
  fields: sequenceFields,
  generate(change, { naming }) {
    const cycle = flagOf(change, "cycle");
    const settings = options(change, [
      ["dataType", "AS"],
      ["incrementBy", "INCREMENT BY"],
      ["minValue", "MINVALUE"],
      ["maxValue", "MAXVALUE"],
      ["cacheSize", "CACHE"],
    ]);
    const ending = cycle === null ? "" : cycle ? " CYCLE" : " NO CYCLE";
    return [statement(`ALTER SEQUENCE ${tableOf(change, naming, "sequenceName")}${settings}${ending}`, change.location)];
  },
};

const dropSequence: ChangeType = {
  fields: ["catalogName", "schemaName", "sequenceName"],
  generate: (change, { naming }) => [statement(`DROP SEQUENCE ${tableOf(change, naming, "sequenceName")} CASCADE`, change.location)],
};

/** A change that gives another name to a thing of one kind. */
function rename(kind: { readonly change: string; readonly sql: string; readonly old: string; readonly now: string }): ChangeType {
  return {
    fields: ["catalogName", "schemaName", kind.old, kind.now],
    generate: (change, { naming }) => [
      statement(
        `ALTER ${kind.sql} ${tableOf(change, naming, kind.old)} RENAME TO ${escapeName(valueOf(change, kind.now) ?? "", naming)}`,
        change.location,
      ),
    ],
    inverse: (change) => [
      changeNode(
        kind.change,
        { schemaName: valueOf(change, "schemaName"), [kind.old]: valueOf(change, kind.now), [kind.now]: valueOf(change, kind.old) },
        change.location,
      ),
    ],
  };
}

/** The text of a change, or of the file that it names. */
function bodyOf(change: Node, context: ChangeContext, attribute: string): string {
  const path = valueOf(change, "path");
  const text = path === null ? (change.value ?? valueOf(change, attribute) ?? "") : context.expand(context.file(path).text);
  return text.replaceAll("\r\n", "\n");
}

const createView: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "viewName",
    "replaceIfExists",
    "fullDefinition",
    "path",
    "relativeToChangelogFile",
    "encoding",
    "remarks",
    "selectQuery",
  ],
  generate(change, context) {
    const query = bodyOf(change, context, "selectQuery").trim().replace(/;\s*$/, "");
    const name = tableOf(change, context.naming, "viewName");
    const remarks = valueOf(change, "remarks")?.trim() ?? "";
    const sql =
      flagOf(change, "fullDefinition") === true
        ? query
        : `CREATE ${flagOf(change, "replaceIfExists") === true ? "OR REPLACE " : ""}VIEW ${name} AS ${query}`;
    return [
      rawStep(sql, change, context),
      ...(remarks === "" ? [] : [statement(`COMMENT ON VIEW ${name} IS ${quoteText(remarks)}`, change.location)]),
    ];
  },
  inverse: (change) => [dropOf("dropView", change, ["viewName"])],
};

const dropView: ChangeType = {
  fields: ["catalogName", "schemaName", "viewName", "ifExists"],
  generate: (change, { naming }) => [
    statement(
      `DROP VIEW ${flagOf(change, "ifExists") === true ? "IF EXISTS " : ""}${tableOf(change, naming, "viewName")}`,
      change.location,
    ),
  ],
};

const createProcedure: ChangeType = {
  fields: [
    "catalogName",
    "schemaName",
    "procedureName",
    "procedureText",
    "procedureBody",
    "dbms",
    "path",
    "relativeToChangelogFile",
    "encoding",
    "replaceIfExists",
    "comments",
  ],
  generate(change, context) {
    const written = change.value ?? valueOf(change, "procedureText") ?? valueOf(change, "procedureBody");
    const text = valueOf(change, "path") === null ? (written ?? "") : bodyOf(change, context, "procedureText");
    return [rawStep(text.replaceAll("\r\n", "\n").trim().replace(/;\s*$/, ""), change, context)];
  },
};

const dropProcedure: ChangeType = {
  fields: ["catalogName", "schemaName", "procedureName"],
  generate: (change, { naming }) => [statement(`DROP PROCEDURE ${qualified(change, naming)}`, change.location)],
};

function qualified(change: Node, naming: Naming): string {
  return escapeQualified(valueOf(change, "procedureName") ?? "", valueOf(change, "schemaName"), naming);
}

/** Changes of sequences, views and procedures. */
export const objectChanges: Readonly<Record<string, ChangeType>> = {
  createSequence,
  alterSequence,
  dropSequence,
  renameSequence: rename({ change: "renameSequence", sql: "SEQUENCE", old: "oldSequenceName", now: "newSequenceName" }),
  renameView: rename({ change: "renameView", sql: "TABLE", old: "oldViewName", now: "newViewName" }),
  createView,
  dropView,
  createProcedure,
  dropProcedure,
};
