import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAdoptCommand } from './commands/adopt.ts';
import { addApplicationCommands } from './commands/application.ts';
import { addApproveEndpointCommand } from './commands/approveEndpoint.ts';
import { addAuthorizationServerCommands } from './commands/authorizationServer.ts';
import type { Context } from './commands/context.ts';
import { addCredentialCommands } from './commands/credential.ts';
import { addInitialAccessTokenCommands } from './commands/initialAccessToken.ts';
import { addKeyCommands } from './commands/key.ts';
import { addKeycloakCommands } from './commands/keycloak.ts';
import { addOperationCommands } from './commands/operations.ts';
import { addPacketCommand } from './commands/packet.ts';
import { addPreflightCommand } from './commands/preflight.ts';
import { addRegistrationCommands } from './commands/registration.ts';
import { addReportLaunchCommand } from './commands/reportLaunch.ts';
import { addRunCommands } from './commands/run.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTaskCommand } from './commands/task.ts';
import { addTenantCommands } from './commands/tenant.ts';
import { CommandError, exitCodes, failed } from './errors.ts';
import { plainText } from './plainText.ts';
import { refuseSecretArguments } from './secretArguments.ts';
import type { Terminal } from './terminal.ts';

/** The command line with all its commands; they report their exit code to `context`. */
export function buildProgram(context: Context): Command {
  const { terminal } = context;
  const program = new Command('registrar')
    .description('Keeps SMART on FHIR applications registered at health systems.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.note(text.trimEnd()),
      // Said once, in one line, by runCommandLine.
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(terminal.size().columns, 120),
    })
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      `
Examples:
  $ registrar start
  $ registrar application apply chart-app.json
  $ registrar preflight https://fhir.mercy.example/r4 --application chart-app
  $ registrar tenant add mercy --name "Mercy Hospital" --application chart-app \\
      --fhir-base-url https://fhir.mercy.example/r4
  $ registrar status --watch

Exit codes: 0 done, 1 failed, 2 bad input.`,
    );
  addRunCommands(program, context);
  addKeyCommands(program, context);
  addApplicationCommands(program, context);
  addPreflightCommand(program, context);
  addTenantCommands(program, context);
  addRegistrationCommands(program, context);
  addAdoptCommand(program, context);
  addCredentialCommands(program, context);
  addStatusCommand(program, context);
  addPacketCommand(program, context);
  addOperationCommands(program, context);
  addAuthorizationServerCommands(program, context);
  addInitialAccessTokenCommands(program, context);
  addKeycloakCommands(program, context);
  addReportLaunchCommand(program, context);
  addApproveEndpointCommand(program, context);
  addTaskCommand(program, context);
  return program;
}

/**
 * Carries out one command line (without node and script) and answers its exit code. Every error is one line on
 * standard error; with `--json` it is one object there.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.done;
  const report = (error: CommandError): number => {
    const asJson = { error: { message: error.message, exitCode: error.exitCode, problem: error.problem } };
    terminal.note(args.includes('--json') ? JSON.stringify(asJson) : `registrar: ${plainText(error.message)}`);
    return error.exitCode;
  };
  const refusal = refuseSecretArguments(args);
  if (refusal !== null) return report(refusal);
  const program = buildProgram({
    terminal,
    finish: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommandError) return report(error);
    if (error instanceof CommanderError) return usage(error, program, args, report);
    // Nothing of ours throws these but by mistake; the text of another error may be a peer's.
    return report(failed(`unexpected failure: ${error instanceof Error ? error.message : 'unknown'}`));
  }
}

function usage(
  error: CommanderError,
  program: Command,
  args: readonly string[],
  report: (error: CommandError) => number,
): number {
  if (error.exitCode === 0) return exitCodes.done;
  // A group without its command: its help was shown.
  if (error.code === 'commander.help') return exitCodes.badInput;
  const command = commandOf(program, args);
  const message = plainText(error.message.replace(/^error: /, '')).replace(/\.$/, '');
  return report(
    new CommandError(exitCodes.badInput, `${message}. See registrar ${[...pathOf(command), '--help'].join(' ')}`),
  );
}

function commandOf(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const argument of args) {
    const next = command.commands.find((candidate) => candidate.name() === argument);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}
