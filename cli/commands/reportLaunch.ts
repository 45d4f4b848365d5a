import { type Command, Option } from 'commander';
import { launchModes, launchOutcomes } from '../../domain/people/launchReport.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { type Context, printJson } from './context.ts';
import { checkRegistrationId } from './operations.ts';

interface Options extends ConnectionOptions {
  readonly outcome: string;
  readonly mode: string;
  readonly error?: string;
  readonly grantedScope?: string;
  readonly reason?: string;
}

/** `report-launch`: what the application, or who tried it, saw of a launch. */
export function addReportLaunchCommand(program: Command, context: Context): void {
  withConnection(
    program
      .command('report-launch')
      .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
      .addOption(new Option('--outcome <outcome>', 'how it ended').choices(launchOutcomes).makeOptionMandatory())
      .addOption(new Option('--mode <mode>', 'where it began').choices(launchModes).default('ehr'))
      .option('--error <text>', 'error code and description of the authorization server')
      .option('--granted-scope <scopes>', 'scope of the token answer, separated by spaces')
      .option('--reason <text>', 'who tried it; shown in the timeline'),
  )
    .description('tell how a launch ended: nothing else shows that launches work')
    .addHelpText(
      'after',
      `
Example:
  $ registrar report-launch mercy.chart-app.production.main --outcome success --granted-scope "launch openid patient/*.rs"

Applications tell it themselves: POST /v1/registrations/{registrationId}/report-launch.`,
    )
    .action(async (registrationId: string, options: Options) => {
      const { outcome, mode, error, grantedScope, reason } = options;
      checkRegistrationId(registrationId);
      const client = await connect(context.terminal, options);
      const path = `/v1/registrations/${registrationId}/report-launch`;
      const body = { outcome, mode, error, grantedScope, reason };
      const accepted = await client.send<{ operationId: string }>('POST', path, body);
      if (options.json === true) printJson(context.terminal, accepted);
      else context.terminal.out(`Reported. registrar status ${registrationId} shows it.`);
    });
}
