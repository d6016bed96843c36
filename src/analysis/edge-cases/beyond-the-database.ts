import { sayKind, sayRef } from "../names.ts";
import { andMore, sourceOf, type Question } from "./question.ts";

/** Passwords and the like: masked wherever they are shown, a psql variable in the files. */
export const askSecret: Question = (context) => {
  const sites = context.scope.sites.filter((site) => site.change.details.secret === true);
  const [first] = sites;
  if (first === undefined) return null;
  const object = first.change.object;
  const name = object === null ? "a statement" : `${sayKind(object.kind)} ${sayRef(object)}`;
  return {
    kind: "secret",
    title: `A secret in ${name}`,
    question: `The source holds a password or token${andMore(sites)}. It stays in the user's files and their git history; what is written has a psql variable instead. Where does its value come from when it runs?`,
    action:
      "Keep the variable and set it when the file runs, or leave the migration out. Change the secret: it has been in the repository.",
    risk: "HIGH",
    source: sourceOf(first, context),
    suggestion: {
      text: "Keep the variable; set it from the environment of the job that runs psql.",
      sql: null,
      origin: "rule",
      proven: false,
    },
    evidence: [],
    choices: ["keep", "edit", "exclude"],
  };
};

/** What acts on more than one database: everybody on the server feels it, and schema.sql for one database cannot own it. */
export const askClusterWide: Question = (context) => {
  const sites = context.scope.sites.filter((site) => site.change.details.clusterWide === true);
  const [first] = sites;
  if (first === undefined) return null;
  const object = first.change.object;
  const statement = first.change.kind === "do" ? "a DO block" : first.change.kind.replaceAll("-", " ");
  const what = object === null ? statement : `${sayKind(object.kind)} ${sayRef(object)}`;
  return {
    kind: "cluster-wide",
    title: `Reaches beyond the database: ${what}`,
    question: `The statement acts on the whole server or on another one${andMore(sites)}. Does it belong to this history?`,
    action: "Keep it where the history runs on a server of its own; leave it out where somebody else owns the server's roles and settings.",
    risk: "MEDIUM",
    source: sourceOf(first, context),
    suggestion: {
      text: "Leave it out on a managed or shared server; keep it on one of your own.",
      sql: null,
      origin: "rule",
      proven: false,
    },
    evidence: [],
    choices: ["keep", "edit", "exclude"],
  };
};

/** A migration that a folder, profile or context ties to one environment. */
export const askEnvironment: Question = ({ scope }) => {
  const { environment, files, id } = scope.replay.migration;
  if (environment === null) return null;
  const file = files.find((item) => item.role !== "settings");
  return {
    kind: "environment-specific",
    title: `${id} belongs to the environment ${environment}`,
    question: `Only ${environment} runs this migration. Which branch does it belong to?`,
    action: "Name a branch (branch=NAME), or map the environment once in pggit.yaml (environments:).",
    risk: "MEDIUM",
    source: file === undefined ? null : { location: { file: file.path, line: 1 }, text: "" },
    suggestion: {
      text: `A branch named ${environment}, so that main is what all environments share.`,
      sql: null,
      origin: "rule",
      proven: false,
    },
    evidence: [],
    choices: [`branch=${environment}`, "keep", "exclude"],
  };
};
