import { allOf, fieldsOf, listName, strings, toName } from "../sql/tree.ts";
import type { NodeFields } from "../sql/tree.ts";
import { partKey } from "./creations.ts";
import type { Ledger, Statement, Tracked } from "./ledger.ts";
import { barrierAfter, place, placeAfter, record, stepId, touch, touchesAfter } from "./ledger.ts";
import { findRelation, findRoutines, findType } from "./resolve.ts";

type Comment = NodeFields<"CommentStmt">;

/** What a comment is about: the object, and the part of it that has the comment. */
interface About {
  readonly object: Tracked;
  readonly column: string | null;
  readonly part: string;
}

function about(ledger: Ledger, statement: Statement, comment: Comment): About | null {
  const { input } = statement;
  const parts = strings(fieldsOf(comment.object, "List")?.items);
  const last = parts.at(-1) ?? "";
  const whole = (object: Tracked | null | undefined): About | null =>
    object === null || object === undefined ? null : { object, column: null, part: "" };
  switch (comment.objtype) {
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_INDEX":
    case "OBJECT_SEQUENCE":
      return whole(findRelation(ledger, toName(parts), input));
    case "OBJECT_COLUMN":
      return { object: findRelation(ledger, toName(parts.slice(0, -1)), input), column: last, part: `column ${last}` };
    case "OBJECT_TABCONSTRAINT":
      return { object: findRelation(ledger, toName(parts.slice(0, -1)), input), column: null, part: `constraint ${last}` };
    case "OBJECT_TRIGGER":
    case "OBJECT_POLICY":
    case "OBJECT_RULE": {
      const kind = comment.objtype.slice("OBJECT_".length).toLowerCase();
      return whole(ledger.names.get(partKey(kind, findRelation(ledger, toName(parts.slice(0, -1)), input).key, last)));
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return whole(findType(ledger, listName(fieldsOf(comment.object, "TypeName")?.names), input));
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE": {
      const overloads = findRoutines(ledger, listName(fieldsOf(comment.object, "ObjectWithArgs")?.objname), input);
      return whole(overloads.length === 1 ? overloads[0] : null);
    }
    case "OBJECT_SCHEMA":
      return whole(ledger.names.get(`schema:${allOf(comment.object === undefined ? [] : [comment.object], "String")[0]?.sval ?? ""}`));
    default:
      return null;
  }
}

/** Whether the comment may stand directly after what made its object: the part has its name there already. */
function mayMove(target: About): boolean {
  const { creator } = target.object;
  if (creator === null || !creator.live || creator.creates[0] !== target.object) return false;
  const model = target.object.table;
  if (target.column !== null && model !== null && !model.columns.some((column) => column.name === target.column)) return false;
  if (target.column !== null && model === null) return false;
  const constraint = target.part.startsWith("constraint ") ? target.part.slice("constraint ".length) : null;
  if (constraint !== null && model?.constraints.some((each) => each.name === constraint) !== true) return false;
  return !touchesAfter(target.object, creator).some((each) => ["rename", "rename-column", "drop", "replace"].includes(each.kind));
}

/** COMMENT ON: the last one on an object counts, and it stands after what made the object. */
export function placeComment(ledger: Ledger, statement: Statement, comment: Comment): void {
  const target = about(ledger, statement, comment);
  const before = ledger.units.findLast((unit) => unit.live);
  const unit = place(ledger, statement);
  if (target === null) return;
  unit.subject = target.object;
  touch(target.object, unit, { kind: "comment", columns: new Set(target.column === null ? [] : [target.column]) });
  const id = stepId("comment-after-create", statement);
  const older = target.object.comments.get(target.part);
  const { creator } = target.object;
  target.object.comments.set(target.part, unit);
  const lastId = stepId("replace-keeps-last", statement);
  if (older?.live === true && barrierAfter(ledger.barriers, older) === null && mayMove(target) && !ledger.skip.has(lastId)) {
    older.live = false;
    record(ledger, { id: lastId, rule: "replace-keeps-last", into: unit, input: statement.input, before: older.text });
  }
  if (creator === null || !mayMove(target) || ledger.skip.has(id) || barrierAfter(ledger.barriers, creator) !== null) return;
  if (before === undefined || before === creator || before.subject === target.object) return;
  unit.position = placeAfter(ledger, creator);
  record(ledger, { id, rule: "comment-after-create", into: unit, input: statement.input, before: unit.text });
}
