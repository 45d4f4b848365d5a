import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { type Context, printJson } from './context.ts';
import { checkRegistrationId } from './operations.ts';

interface Options extends ConnectionOptions {
  readonly evidence: string;
  readonly reason?: string;
}

/** `approve-endpoint`: an administrator's yes to a registration endpoint as one document names it. */
export function addApproveEndpointCommand(program: Command, context: Context): void {
  withConnection(
    program
      .command('approve-endpoint')
      .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
      .argument('<endpoint>', 'registration endpoint as "registrar status" shows it, or "none" where it is gone')
      .requiredOption('--evidence <hash>', 'SHA-256 of the document that names it, as "registrar status" shows it')
      .option('--reason <text>', 'how you know that it is right; shown in the timeline'),
  )
    .description('approve a registration endpoint that Registrar does not use by itself')
    .addHelpText(
      'after',
      `
Example:
  $ registrar approve-endpoint mercy.chart-app.production.main https://auth.mercy.example/register --evidence 9f86…0a08

The approval is void when the endpoint or the document changes.`,
    )
    .action(async (registrationId: string, endpoint: string, { evidence, reason, ...options }: Options) => {
      checkRegistrationId(registrationId);
      if (!/^[0-9a-f]{64}$/.test(evidence))
        throw badInput('--evidence', 'must be 64 lower-case hexadecimal digits', 'Copy them from registrar status');
      const client = await connect(context.terminal, options);
      const path = `/v1/registrations/${registrationId}/approve-endpoint`;
      const registrationEndpoint = endpoint === 'none' ? null : endpoint;
      const body = { registrationEndpoint, evidenceHash: evidence, reason };
      const accepted = await client.send<{ operationId: string }>('POST', path, body);
      if (options.json === true) printJson(context.terminal, accepted);
      else context.terminal.out(`Approved. registrar status ${registrationId} shows how it goes on.`);
    });
}
