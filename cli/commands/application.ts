import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import type { ApplicationRecord } from '../../domain/ports/callers/applications.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { type Context, printJson } from './context.ts';
import { addRolloutCommand } from './rollout.ts';

async function readText(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') return terminal.readInput('application');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw badInput('FILE', `${file} cannot be read (${code})`, 'Check the path');
  }
}

/** The id and the contents of an application file. The id may stand in the file, in `--id`, or alike in both. */
export function parseApplicationFile(text: string, id: string | undefined): { applicationId: string; body: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const place = /line \d+ column \d+/.exec(String(error))?.[0];
    throw badInput('FILE', `it is not JSON${place === undefined ? '' : ` (${place})`}`, 'Correct the file');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw badInput('FILE', 'it is not a JSON object', 'See the example of registrar application apply --help');
  const { applicationId: own, ...body } = parsed as Record<string, unknown>;
  if (own !== undefined && id !== undefined && own !== id)
    throw badInput('--id', 'the file names another applicationId', 'Keep one of the two');
  const applicationId = id ?? own;
  if (applicationId === undefined)
    throw badInput('/applicationId', 'the file has none', 'Add it to the file, or give --id ID');
  if (typeof applicationId !== 'string' || !isIdPart(applicationId))
    throw badInput('/applicationId', 'it is not an id', `Use ${idPartRule}`);
  return { applicationId, body };
}

/** `application apply` and `application rollout`. */
export function addApplicationCommands(program: Command, context: Context): void {
  const application = program
    .command('application')
    .description('describe your SMART applications')
    .addHelpText('after', '\nExample:\n  $ registrar application apply chart-app.json');
  addRolloutCommand(application, context);
  withConnection(
    application
      .command('apply')
      .argument('<file>', 'JSON file, or - for standard input')
      .option('--id <id>', 'application id, where the file has no "applicationId"'),
  )
    .description('store a new revision of an application; contacts no health system')
    .addHelpText(
      'after',
      `
Example:
  $ cat chart-app.json
  {
    "applicationId": "chart-app",
    "clientMetadata": {
      "client_name": "Chart App",
      "redirect_uris": ["https://app.example.org/callback"],
      "scope": "launch/patient openid fhirUser patient/Observation.rs",
      "grant_types": ["authorization_code", "refresh_token"],
      "contacts": ["ops@example.org"]
    }
  }
  $ registrar application apply chart-app.json`,
    )
    .action(async (file: string, options: ConnectionOptions & { id?: string }) => {
      const { terminal } = context;
      const { applicationId, body } = parseApplicationFile(await readText(terminal, file), options.id);
      const client = await connect(terminal, options);
      const record = await client.send<ApplicationRecord>('PUT', `/v1/applications/${applicationId}`, body);
      if (options.json === true) printJson(terminal, record);
      else terminal.out(`Application ${record.applicationId} has revision ${record.revision}.`);
    });
}
