import { addressKey, type CatalogObject, type CatalogSlice } from "../model/catalog.ts";
import type { Change } from "../model/change.ts";
import type { EdgeCase } from "../model/edge-case.ts";
import type { PlanContent } from "../plan/content-id.ts";
import type { MigrationReplay } from "../model/replay.ts";
import { catalogBefore, definitionsOf, namesIn } from "./catalog-at.ts";
import { createScribe, inParts, stepsText, type Literals, type Scribe } from "./material.ts";
import type { ModelQuestion } from "./question.ts";

/** What questions are made of. */
export interface Conversed {
  readonly content: PlanContent;
  readonly replays: readonly MigrationReplay[];
}

interface Scene extends Conversed {
  readonly known: ReadonlySet<string>;
  readonly literals: Literals;
}

/** The open questions of a conversion that a model may know more about than rules, and the migrations concerned in a sentence. `only`: one edge case. */
export function findQuestions(
  { content, replays }: Conversed,
  { literals, only }: { readonly literals: Literals; readonly only: string | null },
): readonly ModelQuestion[] {
  const scene = { content, replays, known: namesIn(replays), literals };
  const open = content.edgeCases.filter(({ id, decision }) => decision === null && (only === null || id === only));
  const asked = open.flatMap((edgeCase) => askAbout(edgeCase, scene));
  const migrations = [...new Set(open.flatMap(({ migration }) => (migration === null ? [] : [migration])))];
  return [...asked, ...migrations.flatMap((id) => askIntent(id, scene))];
}

function askAbout(edgeCase: EdgeCase, scene: Scene): readonly ModelQuestion[] {
  const { kind, suggestion } = edgeCase;
  // What was executed and held needs no second opinion.
  if (suggestion?.proven === true && suggestion.origin !== "model") return [];
  switch (kind) {
    case "custom-code":
      return askProgram(edgeCase, scene);
    case "irreversible":
    case "rollback-wrong":
      return askRollback(edgeCase, scene);
    case "environment-specific":
      return [askEnvironment(edgeCase, scene)];
    case "circular-dependency":
      return [askCircle(edgeCase, scene)];
    default:
      return [];
  }
}

/** The replay of a migration with its place; `null` where it was not replayed. */
function replayOf(migration: string | null, { replays }: Scene): { readonly replay: MigrationReplay; readonly place: number } | null {
  const place = replays.findIndex((replay) => replay.migration.id === migration);
  const replay = replays[place];
  return replay === undefined ? null : { replay, place };
}

function engineLine({ content }: Scene): string {
  return `${content.engine.postgres.split(" ").slice(0, 2).join(" ")}; what is written must run on PostgreSQL 13 as well`;
}

function written(objects: readonly CatalogObject[], scribe: Scribe): string {
  return definitionsOf(objects)
    .map((sql) => `${scribe.sql(sql)};`)
    .join("\n");
}

function askProgram(edgeCase: EdgeCase, scene: Scene): readonly ModelQuestion[] {
  const found = replayOf(edgeCase.migration, scene);
  const at = edgeCase.source?.location;
  if (found === null || at === undefined) return [];
  const { replay, place } = found;
  const steps = replay.statements.map(({ step }) => step);
  const program = steps.find(({ kind, location }) => kind === "custom-code" && location.file === at.file && location.line === at.line);
  if (program?.kind !== "custom-code") return [];
  const scribe = createScribe(scene.literals, scene.known);
  const text = stepsText([program], scribe);
  const named = namedIn(program.text, catalogBefore(scene.replays, place));
  const others = stepsText(
    steps.filter((step) => step.kind === "statement"),
    scribe,
  );
  const material = inParts([
    ["Engine", engineLine(scene)],
    ["The migration", replay.migration.id],
    ["The program", text ?? ""],
    ["Definitions of what it names, as they are before it", written(named, scribe)],
    ["Statements of the same migration that run already, and are not to be repeated", others ?? ""],
  ]);
  const rules = { task: "convert-program", mayDrop: () => false } as const;
  return [
    {
      task: "convert-program",
      edgeCase,
      migration: edgeCase.migration,
      material: text === null ? null : material,
      names: scribe.names,
      expects: { kind: "sql", rules },
    },
  ];
}

/** The objects whose names a text has; sequences are made with their tables. */
function namedIn(text: string, standing: CatalogSlice): readonly CatalogObject[] {
  const words = new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return [...standing.values()].filter(({ name, facts }) => facts.kind !== "sequence" && words.has(name.toLowerCase()));
}

function askRollback(edgeCase: EdgeCase, scene: Scene): readonly ModelQuestion[] {
  const found = replayOf(edgeCase.migration, scene);
  // Where a program was not run nobody knows what there is to take back.
  if (found === null || found.replay.statements.some(({ step }) => step.kind === "custom-code")) return [];
  const { replay, place } = found;
  const scribe = createScribe(scene.literals, scene.known);
  const steps = stepsText(
    replay.statements.map(({ step }) => step),
    scribe,
  );
  const standing = catalogBefore(scene.replays, place);
  const texts = replay.statements.map(({ step }) => (step.kind === "custom-code" ? step.text : step.sql)).join("\n");
  const touched = [...new Set([...replay.before.values(), ...namedIn(texts, standing)])].filter(
    (object, index, all) => all.findIndex(({ address }) => addressKey(address) === addressKey(object.address)) === index,
  );
  const { rollback } = scene.content.migrations[place] ?? {};
  const seen = [rollback?.proof ?? null, ...(rollback?.rejected ?? [])].flatMap((proof) =>
    // PostgreSQL's own words may quote rows, so they stay here.
    proof === null
      ? []
      : [
          `- ${proof.origin}: ${proof.error === null ? proof.differences.map(({ identity, aspect }) => `${identity} ${aspect}`).join(", ") || "rows" : "it fails"}`,
        ],
  );
  const material = inParts([
    ["Engine", engineLine(scene)],
    [`The migration ${replay.migration.id}, as it is run`, steps ?? ""],
    ["Definitions of what it touches, before it", written(touched, scribe)],
    ["The same behind it", written([...replay.after.values()], scribe)],
    ["What was tried, and what was not as before", seen.join("\n")],
  ]);
  const rules = {
    task: "suggest-rollback",
    mayDrop: (change: Dropping) => isOwn(change, replay, standing),
  } as const;
  return [
    {
      task: "suggest-rollback",
      edgeCase,
      migration: edgeCase.migration,
      material: steps === null ? null : material,
      names: scribe.names,
      expects: { kind: "sql", rules },
    },
  ];
}

type Dropping = Pick<Change, "kind" | "object" | "details">;

/** Whether the migration itself created what is dropped: an object of a name that nothing had before it, or a part of one that was there. */
function isOwn({ kind, object, details }: Dropping, { before, after }: MigrationReplay, standing: CatalogSlice): boolean {
  if (object === null) return false;
  const part = details.column ?? details.constraintName ?? (object.parent === undefined ? undefined : object.name);
  const owner = object.parent ?? object.name;
  const created = (name: string): boolean => {
    const now = named(after, { schema: object.schema, name });
    return (
      now.length > 0 &&
      now.every(({ address }) => !before.has(addressKey(address))) &&
      named(standing, { schema: object.schema, name }).length === 0
    );
  };
  if (kind === "drop-index") return partsOf(after).has(object.name) && !partsOf(before).has(object.name);
  if (part === undefined) return created(object.name);
  const partsIn = (slice: CatalogSlice): ReadonlySet<string> =>
    partsOf(new Map(named(slice, { schema: object.schema, name: owner }).map((one) => [addressKey(one.address), one])));
  return created(owner) || (partsIn(after).has(part) && !partsIn(before).has(part));
}

function named(slice: CatalogSlice, wanted: { readonly schema: string | null; readonly name: string }): readonly CatalogObject[] {
  return [...slice.values()].filter(({ schema, name }) => name === wanted.name && (wanted.schema === null || schema === wanted.schema));
}

function partsOf(slice: CatalogSlice): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { facts } of slice.values()) {
    if (facts.kind !== "relation") continue;
    const { columns, constraints, indexes, triggers, policies, rules } = facts;
    for (const { name } of [...columns, ...constraints, ...indexes, ...triggers, ...policies, ...rules]) names.add(name);
  }
  return names;
}

function askIntent(migration: string, scene: Scene): readonly ModelQuestion[] {
  const found = replayOf(migration, scene);
  if (found === null) return [];
  const scribe = createScribe(scene.literals, scene.known);
  const text = stepsText(
    found.replay.statements.map(({ step }) => step),
    scribe,
  );
  const material = inParts([[`The migration ${migration}`, text ?? ""]]);
  const mayName = new Set([...scene.known, ...((text ?? "").toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [])]);
  return [
    {
      task: "explain-intent",
      edgeCase: null,
      migration,
      material: text === null ? null : material,
      names: scribe.names,
      expects: { kind: "sentence", mayName },
    },
  ];
}

function askEnvironment(edgeCase: EdgeCase, scene: Scene): ModelQuestion {
  const scribe = createScribe(scene.literals, scene.known);
  // `keep` cannot be carried out for migrations of one environment.
  const choices = edgeCase.choices.filter((choice) => choice.startsWith("branch=") || choice === "exclude");
  const { source } = edgeCase;
  const isSql = source !== null && /\.sql$/i.test(source.location.file);
  const material = inParts([
    ["The question", edgeCase.question],
    ["The choices", choices.map((choice) => `- ${choice}`).join("\n")],
    ["The first of the statements", isSql ? scribe.sql(source.text) : ""],
  ]);
  return {
    task: "map-environment",
    edgeCase,
    migration: edgeCase.migration,
    material,
    names: scribe.names,
    expects: { kind: "choice", choices },
  };
}

function askCircle(edgeCase: EdgeCase, scene: Scene): ModelQuestion {
  const scribe = createScribe(scene.literals, scene.known);
  const objects = circleObjects(edgeCase, scene.replays);
  return {
    task: "order-circle",
    edgeCase,
    migration: null,
    material: inParts([
      ["Engine", engineLine(scene)],
      ["The statements that make them", written(objects, scribe)],
    ]),
    names: scribe.names,
    expects: { kind: "sql", rules: { task: "order-circle", mayDrop: () => false } },
  };
}

/** The objects of the head that the question names as being in a circle. */
export function circleObjects({ question }: Pick<EdgeCase, "question">, replays: readonly MigrationReplay[]): readonly CatalogObject[] {
  const words = new Set(question.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return [...catalogBefore(replays, replays.length).values()].filter(({ name, facts }) => facts.kind === "relation" && words.has(name));
}
