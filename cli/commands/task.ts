import { type Command, Option } from 'commander';
import { taskStates } from '../../domain/people/tasks/task.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { type Context, printJson } from './context.ts';
import { checkRegistrationId } from './operations.ts';

interface Options extends ConnectionOptions {
  readonly state?: string;
  readonly owner?: string;
  readonly reference?: string;
  readonly submittedAt?: string;
  readonly verifiedAt?: string;
  readonly note?: string;
  readonly reason?: string;
}

const changing = ['state', 'owner', 'reference', 'submittedAt', 'verifiedAt', 'note'] as const;

/** `task`: notes the progress of what a person carries out. */
export function addTaskCommand(program: Command, context: Context): void {
  withConnection(
    program
      .command('task')
      .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
      .addOption(new Option('--state <state>', 'how far it is').choices(taskStates))
      .option('--owner <name>', 'who carries it out')
      .option('--reference <number>', 'number of the request at the vendor or the health system')
      .option('--submitted-at <time>', 'when it was handed in, such as 2026-11-20T15:00:00Z; now when left out')
      .option('--verified-at <time>', 'when they said that you are who you are')
      .option('--note <text>', 'for everybody who sees the registration; no secrets')
      .option('--reason <text>', 'shown in the timeline'),
  )
    .description('note the progress of a registration, or a rotation, that a person carries out')
    .addHelpText(
      'after',
      `
Example:
  $ registrar task mercy.chart-app.production.main --state submitted --reference INC-4711 --owner "Ada"

Submitting starts the reminders and the clocks of 45 CFR 170.404(b)(1). An empty text removes what is noted.`,
    )
    .action(async (registrationId: string, options: Options) => {
      checkRegistrationId(registrationId);
      if (changing.every((name) => options[name] === undefined))
        throw badInput('--state', 'there is nothing to note', `Give one of ${changing.map(optionOf).join(', ')}`);
      const client = await connect(context.terminal, options);
      const { state, submittedAt, verifiedAt, reason } = options;
      const [owner, reference, note] = [options.owner, options.reference, options.note].map(textOrNull);
      const body = { state, owner, reference, submittedAt, verifiedAt, note, reason };
      const path = `/v1/registrations/${registrationId}/task`;
      const accepted = await client.send<{ operationId: string }>('PATCH', path, body);
      if (options.json === true) printJson(context.terminal, accepted);
      else context.terminal.out(`Noted. registrar status ${registrationId} shows it.`);
    });
}

function textOrNull(text: string | undefined): string | null | undefined {
  return text === '' ? null : text;
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
