import type { Command } from 'commander';
import { connect, withConnection } from '../connection.ts';
import {
  type Added,
  type AddingOptions,
  checkAdding,
  readInitialAccessToken,
  registrationOf,
  tellAdded,
  withAdding,
} from './adding.ts';
import type { Context } from './context.ts';

interface TenantOptions extends AddingOptions {
  readonly name: string;
}

/** `tenant add`. */
export function addTenantCommands(program: Command, context: Context): void {
  const tenant = program
    .command('tenant')
    .description('health systems')
    .addHelpText('after', '\nExample:\n  $ registrar tenant add --help');
  withConnection(
    withAdding(
      tenant
        .command('add')
        .argument('<tenant>', 'id of the health system')
        .requiredOption('--name <name>', 'its name for people'),
    ),
  )
    .description('add a health system, and register an application there')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar tenant add mercy --name "Mercy Hospital" \\
      --application chart-app --fhir-base-url https://fhir.mercy.example/r4 --wait
  $ registrar tenant add lakeside --name Lakeside --application chart-app \\
      --fhir-base-url https://fhir.lakeside.example/r4 --initial-access-token-file token.txt
  $ vault read -field=token lakeside | registrar tenant add lakeside --name Lakeside \\
      --application chart-app --fhir-base-url https://fhir.lakeside.example/r4 --initial-access-token-stdin

With --wait the exit code is 0 once everything is active, 1 when a person is needed or the time is over.`,
    )
    .action(async (tenantId: string, options: TenantOptions) => {
      checkAdding(tenantId, options);
      const token = await readInitialAccessToken(context, options);
      const client = await connect(context.terminal, options);
      const added = await client.send<Added>('POST', '/v1/tenants', {
        tenantId,
        name: options.name,
        registrations: options.application === undefined ? [] : [registrationOf(options, token)],
      });
      await tellAdded(client, added, options, context, `Tenant ${tenantId} was added.`);
    });
}
