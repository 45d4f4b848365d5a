import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { parseRegistrationId } from '../../domain/ids.ts';
import type { OperationKind } from '../../domain/operations/details.ts';
import { type Outcome, outcomeOf } from '../../domain/operations/outcome.ts';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import type { Page } from '../../domain/ports/page.ts';
import type { ApiClient } from '../client.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput, exitCodes } from '../errors.ts';
import { plainText } from '../plainText.ts';
import { type Context, printJson } from './context.ts';
import { parseSeconds, pollInterval } from './waiting.ts';

interface OperationOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly wait?: true;
  readonly timeout: number;
}

export interface Accepted {
  readonly operationId: string;
  readonly registrationId: string;
}

interface Operation {
  readonly kind: OperationKind;
  /** Name of the command, and of the route unless it is `retire`. */
  readonly name: string;
  readonly description: string;
  /** Reason of the example. */
  readonly why: string;
  readonly more?: string;
}

const operations: readonly Operation[] = [
  {
    kind: 'rotate',
    name: 'rotate',
    description: 'replace the credential now: the new one is proved before it becomes current',
    why: 'asked for by the health system',
  },
  {
    kind: 'verify',
    name: 'verify',
    description: 'prove the current credential at the token endpoint',
    why: 'asked for by the health system',
  },
  {
    kind: 'discover',
    name: 'discover',
    description: 'read the discovery documents again',
    why: 'the health system has corrected its document',
    more: 'Where it is among what releases a hold ("registrar status REGISTRATION" shows it), what was held goes on.',
  },
  {
    kind: 'retire',
    name: 'retire',
    description: 'delete the client at the authorization server and end the registration',
    why: 'asked for by the health system',
  },
  {
    kind: 'suspend',
    name: 'suspend',
    description: 'send nothing to the health system until the registration is resumed',
    why: 'maintenance until Monday',
    more: 'A secret that expires meanwhile is not replaced. What is asked for meanwhile waits; retire does not.',
  },
  {
    kind: 'resume',
    name: 'resume',
    description: 'go on where a suspended registration was',
    why: 'maintenance is over',
  },
  {
    kind: 'retry',
    name: 'retry',
    description: 'try once more what is held, where its reason names this',
    why: 'the health system deleted the client that nobody holds',
    more: '"registrar status REGISTRATION" shows what is held and what releases it.',
  },
  {
    kind: 'acceptCurrent',
    name: 'accept-current',
    description: 'after SecretStoreConflict: take the version that is current in the secret store',
    why: 'we restored it by hand',
    more: 'That version is proved first. The one of Registrar is kept and not used.',
  },
  {
    kind: 'overwrite',
    name: 'overwrite',
    description: 'after SecretStoreConflict: make the version of Registrar current in the secret store',
    why: 'the other tool was wrong',
    more: 'What is current there now is replaced for every consumer.',
  },
];

/** Checks a registration id before anything is asked. */
export function checkRegistrationId(registrationId: string): void {
  if (parseRegistrationId(registrationId) === null)
    throw badInput(
      'REGISTRATION',
      'it is not a registration id',
      'Use tenant.application.environment.endpoint as registrar status shows it',
    );
}

/** Operations on one registration that carry nothing but a reason. */
export function addOperationCommands(program: Command, context: Context): void {
  for (const operation of operations) {
    const { name, description, why, more } = operation;
    withConnection(
      program
        .command(name)
        .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
        .option('--reason <text>', 'why; shown in the timeline')
        .option('--wait', 'wait for the outcome')
        .option('--timeout <seconds>', 'longest wait', parseSeconds, 300),
    )
      .description(description)
      .addHelpText(
        'after',
        `
Example:
  $ registrar ${name} mercy.chart-app.production.main --reason "${why}" --wait
${more === undefined ? '' : `\n${more}`}
With --wait the exit code is 0 only when it was carried out.`,
      )
      .action((registrationId: string, options: OperationOptions) =>
        operate(operation, registrationId, options, context),
      );
  }
}

async function operate(
  { kind, name }: Operation,
  registrationId: string,
  options: OperationOptions,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  checkRegistrationId(registrationId);
  const client = await connect(terminal, options);
  const body = options.reason === undefined ? {} : { reason: options.reason };
  const path = `/v1/registrations/${registrationId}`;
  const accepted =
    kind === 'retire'
      ? await client.send<Accepted>('DELETE', path, body)
      : await client.send<Accepted>('POST', `${path}/${name}`, body);
  if (options.wait !== true) {
    if (options.json === true) printJson(terminal, accepted);
    else terminal.out(`Accepted: operation ${accepted.operationId}. Follow it with registrar status ${registrationId}`);
    return;
  }
  const end = await outcome(client, kind, accepted, terminal.now() + options.timeout * 1000, context);
  if (options.json === true)
    printJson(terminal, { ...accepted, outcome: end?.outcome ?? 'pending', event: end?.event });
  else if (end === null)
    terminal.out(`Not ended within ${options.timeout} seconds: operation ${accepted.operationId}.`);
  else terminal.out(plainText(`${end.outcome}: ${end.event.message}`));
  context.finish(end?.outcome === 'succeeded' ? exitCodes.done : exitCodes.failed);
}

/** The event that ends an operation; null when the deadline comes first. */
export async function outcome(
  client: ApiClient,
  kind: OperationKind,
  { operationId, registrationId }: Accepted,
  deadline: number,
  { terminal }: Context,
): Promise<{ outcome: Outcome; event: EventRecord } | null> {
  for (;;) {
    const page = await client.get<Page<EventRecord>>(`/v1/registrations/${registrationId}/events?limit=50`);
    for (const event of page.items) {
      const end = event.operationId === operationId ? outcomeOf(kind, event.type) : null;
      if (end !== null) return { outcome: end, event };
    }
    if (terminal.now() >= deadline) return null;
    await wait(pollInterval);
  }
}
