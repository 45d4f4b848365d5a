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

type Kind = 'rotate' | 'verify' | 'retire';

const descriptions: Readonly<Record<Kind, string>> = {
  rotate: 'replace the credential now: the new one is proved before it becomes current',
  verify: 'prove the current credential at the token endpoint',
  retire: 'delete the client at the authorization server and end the registration',
};

/** Checks a registration id before anything is asked. */
export function checkRegistrationId(registrationId: string): void {
  if (parseRegistrationId(registrationId) === null)
    throw badInput(
      'REGISTRATION',
      'it is not a registration id',
      'Use tenant.application.environment.endpoint as registrar status shows it',
    );
}

/** `rotate`, `verify` and `retire`. */
export function addOperationCommands(program: Command, context: Context): void {
  for (const kind of ['rotate', 'verify', 'retire'] as const) {
    withConnection(
      program
        .command(kind)
        .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
        .option('--reason <text>', 'why; shown in the timeline')
        .option('--wait', 'wait for the outcome')
        .option('--timeout <seconds>', 'longest wait', parseSeconds, 300),
    )
      .description(descriptions[kind])
      .addHelpText(
        'after',
        `
Example:
  $ registrar ${kind} mercy.chart-app.production.main --reason "asked for by the health system" --wait

With --wait the exit code is 0 only when it was carried out.`,
      )
      .action((registrationId: string, options: OperationOptions) => operate(kind, registrationId, options, context));
  }
}

async function operate(kind: Kind, registrationId: string, options: OperationOptions, context: Context): Promise<void> {
  const { terminal } = context;
  checkRegistrationId(registrationId);
  const client = await connect(terminal, options);
  const body = options.reason === undefined ? {} : { reason: options.reason };
  const path = `/v1/registrations/${registrationId}`;
  const accepted =
    kind === 'retire'
      ? await client.send<Accepted>('DELETE', path, body)
      : await client.send<Accepted>('POST', `${path}/${kind}`, body);
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
