import { userInfo } from "node:os";
import { readGitUser } from "../provenance/git.ts";

/** Who works here: the name given, else git's `user.name`, else the user of the system. */
export async function personHere(given: string | undefined): Promise<string> {
  if (given !== undefined && given.trim() !== "") return given.trim();
  return (await readGitUser(process.cwd())) ?? userInfo().username;
}
