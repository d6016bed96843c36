import { readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { registerExport } from "../../src/cli/export.ts";
import { registerHistoryCommands } from "../../src/cli/history-commands.ts";

const documentation = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

function commandsOf(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? commandsOf(child) : [child]));
}

function registered(): Command {
  const program = new Command("pggit");
  registerHistoryCommands(program);
  registerExport(program);
  return program;
}

test.each(
  commandsOf(registered()).map(
    (command) => [command.parent?.name() === "export" ? `export ${command.name()}` : command.name(), command] as const,
  ),
)("docs/cli.md has pggit %s and its flags", (name, command) => {
  expect(documentation).toContain(`pggit ${name}`);
  for (const { short, long } of command.options) {
    expect(
      [short, long].some((flag) => flag !== undefined && flag !== null && documentation.includes(`\`${flag}`)) ||
        documentation.includes(` ${long} `),
      `${name} ${long}`,
    ).toBe(true);
  }
});
