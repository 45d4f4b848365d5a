import type { Command } from 'commander';
import { connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
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

/** `registration add`: one more application, environment or endpoint of a health system that is here already. */
export function addRegistrationCommands(program: Command, context: Context): void {
  const registration = program
    .command('registration')
    .description('registrations at health systems that are here already')
    .addHelpText('after', '\nExample:\n  $ registrar registration add --help');
  withConnection(withAdding(registration.command('add').argument('<tenant>', 'id of the health system')))
    .description('register an application at a health system that is here already')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar registration add mercy --application chart-app --environment test2 \\
      --fhir-base-url https://test.mercy.example/r4 --wait
  $ registrar registration add mercy --application chart-app --endpoint patients \\
      --fhir-base-url https://patients.mercy.example/r4 --initial-access-token-file token.txt

With --wait the exit code is 0 once it is active, 1 when a person is needed or the time is over.`,
    )
    .action(async (tenantId: string, options: AddingOptions) => {
      checkAdding(tenantId, options);
      if (options.application === undefined)
        throw badInput('--application', 'it is missing', 'Name the application, such as --application chart-app');
      const token = await readInitialAccessToken(context, options);
      const client = await connect(context.terminal, options);
      const body = { registrations: [registrationOf(options, token)] };
      const added = await client.send<Added>('POST', `/v1/tenants/${tenantId}/registrations`, body);
      await tellAdded(client, added, options, context, null);
    });
}
