import { setTimeout as wait } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import { attentionOf } from '../../domain/people/attention.ts';
import { releaseNames } from '../../domain/registration/hold.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import { availableMethods, type Method, type Phase } from '../../domain/words.ts';
import type { ApiClient } from '../client.ts';
import { type ConnectionOptions, readSecret } from '../connection.ts';
import { badInput, exitCodes } from '../errors.ts';
import { attentionLines } from '../render.ts';
import { type Context, printJson } from './context.ts';
import { lookOf } from './look.ts';
import { parseSeconds, pollInterval } from './waiting.ts';

/** Options of a registration that is added. */
export interface AddingOptions extends ConnectionOptions {
  readonly application?: string;
  readonly fhirBaseUrl?: string;
  readonly environment?: string;
  readonly endpoint?: string;
  readonly method?: Method;
  readonly initialAccessTokenFile?: string;
  readonly initialAccessTokenStdin?: true;
  readonly initialAccessTokenPrompt?: true;
  readonly wait?: true;
  readonly timeout: number;
}

/** What the API answers. */
export interface Added {
  readonly tenantId: string;
  readonly registrations: readonly { readonly registrationId: string; readonly phase: Phase }[];
}

/** Phases that Registrar leaves by itself. */
const passing: ReadonlySet<Phase> = new Set(['discovering', 'registering', 'verifying']);

function checkId(field: string, id: string): void {
  if (!isIdPart(id)) throw badInput(field, 'it is not an id', `Use ${idPartRule}`);
}

/** Checks what was given before anything is asked. */
export function checkAdding(tenantId: string, options: AddingOptions): void {
  checkId('TENANT', tenantId);
  for (const [field, id] of [
    ['--application', options.application],
    ['--environment', options.environment],
    ['--endpoint', options.endpoint],
  ] as const) {
    if (id !== undefined) checkId(field, id);
  }
  if (options.application === undefined && options.fhirBaseUrl !== undefined)
    throw badInput(
      '--application',
      'it is missing',
      'Name the application to register, such as --application chart-app',
    );
  if (options.application !== undefined && options.fhirBaseUrl === undefined)
    throw badInput('--fhir-base-url', 'it is missing', 'Give the FHIR base URL of the health system');
}

/** Adds the options of {@link AddingOptions}. */
export function withAdding(command: Command): Command {
  return withInitialAccessToken(
    command
      .option('--application <id>', 'application to register there')
      .option('--fhir-base-url <url>', 'FHIR base URL of the health system')
      .option('--environment <name>', 'environment (default: production)')
      .option('--endpoint <id>', 'endpoint id (default: main)')
      .addOption(
        new Option('--method <method>', 'how the client is obtained (default: auto)').choices(availableMethods),
      ),
  )
    .option('--wait', 'wait until it is active or a person is needed')
    .option('--timeout <seconds>', 'longest wait', parseSeconds, 300);
}

/** Adds the ways in which an initial access token is handed over. */
export function withInitialAccessToken(command: Command): Command {
  return command
    .option('--initial-access-token-file <file>', 'file with the initial access token of the health system')
    .addOption(
      new Option('--initial-access-token-stdin', 'read it from standard input').conflicts('initialAccessTokenFile'),
    )
    .addOption(
      new Option('--initial-access-token-prompt', 'ask for it without showing it').conflicts([
        'initialAccessTokenFile',
        'initialAccessTokenStdin',
      ]),
    );
}

/** The initial access token that the options name; null where none does. */
export async function readInitialAccessToken({ terminal }: Context, options: AddingOptions): Promise<string | null> {
  if (options.keyStdin === true && options.initialAccessTokenStdin === true)
    throw badInput('--key-stdin', 'standard input carries the initial access token already', 'Use --key-file FILE');
  return await readSecret(terminal, 'initial-access-token', {
    file: options.initialAccessTokenFile,
    stdin: options.initialAccessTokenStdin,
    prompt: options.initialAccessTokenPrompt === true ? 'Initial access token' : undefined,
  });
}

/** A registration as the API takes it. */
export function registrationOf(options: AddingOptions, initialAccessToken: string | null): Record<string, unknown> {
  return {
    applicationId: options.application,
    fhirBaseUrl: options.fhirBaseUrl,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.endpoint === undefined ? {} : { endpointId: options.endpoint }),
    ...(options.method === undefined ? {} : { method: options.method }),
    ...(initialAccessToken === null ? {} : { initialAccessToken }),
  };
}

/** Tells what was added; with `--wait` once it is settled. */
export async function tellAdded(
  client: ApiClient,
  added: Added,
  options: AddingOptions,
  context: Context,
  head: string | null,
): Promise<void> {
  const { terminal } = context;
  const { registrations } = added;
  if (options.wait !== true) {
    if (options.json === true) printJson(terminal, added);
    else {
      if (head !== null) terminal.out(head);
      for (const { registrationId, phase } of registrations) terminal.out(`${registrationId} is ${phase}.`);
    }
    return;
  }
  const views = await Promise.all(
    registrations.map(({ registrationId }) => settled(client, registrationId, options.timeout, context)),
  );
  if (options.json === true) printJson(terminal, { ...added, registrations: views });
  else {
    for (const view of views) {
      terminal.out(`${view.registrationId} is ${view.phase}.`);
      for (const line of attentionLines([view], lookOf(terminal))) terminal.out(line);
      if (view.hold !== undefined) terminal.out(`    Released by: ${releaseNames(view.hold.releasedBy)}`);
    }
  }
  context.finish(views.every((view) => view.phase === 'active') ? exitCodes.done : exitCodes.failed);
}

/** Whether a person is needed, or Registrar has done what it does by itself: what is held stays in its phase. */
export function isSettled(view: Pick<RegistrationView, 'phase' | 'conditions' | 'hold'>): boolean {
  return !passing.has(view.phase) || view.hold !== undefined || attentionOf(view) !== null;
}

/** The registration once it is settled, or when the time is over. */
async function settled(
  client: ApiClient,
  registrationId: string,
  timeoutSeconds: number,
  { terminal }: Context,
): Promise<RegistrationView> {
  const deadline = terminal.now() + timeoutSeconds * 1000;
  let shown: Phase | null = null;
  for (;;) {
    const view = await client.get<RegistrationView>(`/v1/registrations/${registrationId}`);
    if (view.phase !== shown) terminal.note(`${registrationId}: ${view.phase}`);
    shown = view.phase;
    if (isSettled(view) || terminal.now() >= deadline) return view;
    await wait(pollInterval);
  }
}
