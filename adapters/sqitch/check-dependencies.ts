import type { EdgeCaseDraft } from "../../src/model/edge-case.ts";
import type { Failure } from "../../src/model/failure.ts";
import { dependencyKey, dependencyWords, isOwn, type Dependency } from "./plan/dependency.ts";
import type { Plan, PlanChange } from "./plan/model.ts";
import { otherProjectQuestion } from "./questions.ts";

/** Plans that are converted together, in the order in which they are deployed, and where other projects of the folder are planned. */
export interface Deployment {
  readonly plans: readonly Plan[];
  /** Locations of plans that are not converted, by project. */
  readonly others: ReadonlyMap<string, string>;
}

/** What stands against a deployment on an empty database, and what only a person can tell, by the id of the change. */
export interface DependencyCheck {
  readonly failures: readonly Failure[];
  readonly questions: ReadonlyMap<string, readonly EdgeCaseDraft[]>;
  /** Ids of the changes that a change requires, in its order; `null` for one that is not at hand. By the id of the change. */
  readonly requires: ReadonlyMap<string, readonly (string | null)[]>;
}

/**
 * Checks what `sqitch deploy` checks before it runs anything (`check_deploy_dependencies`): a change conflicts with none that is deployed
 * before it, and every change that it requires is.
 */
export function checkDependencies({ plans, others }: Deployment): DependencyCheck {
  const failures: Failure[] = [];
  const questions = new Map<string, EdgeCaseDraft[]>();
  const requires = new Map<string, readonly (string | null)[]>();
  const deployed = new Set<string>();
  const done: Plan[] = [];
  for (const plan of plans) {
    for (const change of plan.changes) {
      const place = { plan, change, deployed };
      for (const conflict of change.conflicts) failures.push(...conflictProblem(conflict, place, done));
      for (const requirement of change.requires) {
        const project = requirement.project;
        if (isOwn(requirement, plan.project)) failures.push(...idProblem(requirement, place, done));
        else if (project !== null) {
          const known = done.find((each) => each.project === project);
          const later = plans.some((each) => each.project === project) ? "later" : (others.get(project) ?? null);
          if (known !== undefined) failures.push(...(resolve(requirement, known.changes) === null ? [missing(requirement, place)] : []));
          else if (later !== null) failures.push(notDeployed(requirement, place, later));
          else {
            const question = otherProjectQuestion(
              { text: dependencyWords(requirement, plan.project), project },
              { change: change.name, location: { file: plan.path, line: change.line } },
            );
            questions.set(change.id, [...(questions.get(change.id) ?? []), question]);
          }
        }
      }
      requires.set(
        change.id,
        change.requires.map((requirement) => resolve(requirement, changesOf(requirement, plan, done))?.id ?? null),
      );
      deployed.add(change.id);
    }
    done.push(plan);
  }
  return { failures, questions, requires };
}

interface Place {
  readonly plan: Plan;
  readonly change: PlanChange;
  /** Ids of the changes that are deployed by then. */
  readonly deployed: ReadonlySet<string>;
}

/** The change that a dependency names: the first of its name, or the last one at or before a tag; an id is itself (`ChangeList`, `find`). */
function resolve({ id, change, tag }: Dependency, changes: readonly PlanChange[]): PlanChange | null {
  if (id !== null) return changes.find((each) => each.id === id || each.tags.some((own) => own.id === id)) ?? null;
  if (tag === null) return changes.find((each) => each.name === change) ?? null;
  const at = changes.findIndex((each) => each.tags.some(({ name }) => name === tag));
  if (at === -1) return null;
  return change === null ? (changes[at] ?? null) : (changes.slice(0, at + 1).findLast((each) => each.name === change) ?? null);
}

/** Among which changes a dependency is looked for. */
function changesOf({ project, id }: Dependency, plan: Plan, done: readonly Plan[]): readonly PlanChange[] {
  if (id !== null && project === null) return [...done, plan].flatMap(({ changes }) => changes);
  return project === null || project === plan.project ? plan.changes : (done.find((each) => each.project === project)?.changes ?? []);
}

function conflictProblem(conflict: Dependency, place: Place, done: readonly Plan[]): readonly Failure[] {
  const { plan, change, deployed } = place;
  const own = isOwn(conflict, plan.project);
  const found = own
    ? resolve(conflict, plan.changes)
    : resolve(conflict, done.find(({ project }) => project === conflict.project)?.changes ?? []);
  const shown = dependencyWords(conflict, plan.project);
  if (found === null && own && conflict.id === null) {
    return [
      dependencyFailure(
        place,
        `${change.name} conflicts with ${shown}, which the plan does not have`,
        "Remove the conflict, or name the change as it is planned: sqitch deploy stops here too.",
      ),
    ];
  }
  if (found === null || !deployed.has(found.id)) return [];
  return [
    dependencyFailure(
      place,
      `${change.name} conflicts with ${shown}, which is deployed before it`,
      "sqitch deploy refuses this plan on an empty database: take one of the two out.",
    ),
  ];
}

/** A change by its id: it must stand before, in this plan or in one that is deployed before it. */
function idProblem(requirement: Dependency, place: Place, done: readonly Plan[]): readonly Failure[] {
  if (requirement.id === null) return [];
  const found = resolve(
    requirement,
    [...done, place.plan].flatMap(({ changes }) => changes),
  );
  return found !== null && place.deployed.has(found.id) ? [] : [missing(requirement, place)];
}

function missing(requirement: Dependency, place: Place): Failure {
  return dependencyFailure(
    place,
    `${place.change.name} requires ${dependencyWords(requirement, place.plan.project)}, which is not deployed before it`,
    "sqitch deploy stops here too: plan the change it needs before it.",
  );
}

function notDeployed(requirement: Dependency, place: Place, where: string): Failure {
  const { project } = requirement;
  const hint =
    where === "later"
      ? `Give the location of the project ${project} before that of ${place.plan.project}.`
      : `Convert the two together: --location ${where} before the location of ${place.plan.project}.`;
  return dependencyFailure(
    place,
    `${place.change.name} requires ${dependencyKey(requirement)} of the project ${project}, which is not deployed before it`,
    hint,
  );
}

function dependencyFailure({ plan, change }: Place, message: string, hint: string): Failure {
  return {
    kind: "failure",
    code: "unmet-dependency",
    message: `${message}.`,
    location: { file: plan.path, line: change.line },
    hint,
    exitCode: 2,
  };
}
