import type { Command } from 'commander';
import type { PreflightReport } from '../../domain/discovery/preflight.ts';
import { idPartRule, isIdPart } from '../../domain/ids.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput, exitCodes } from '../errors.ts';
import { canGoAhead, preflightLines } from '../preflightReport.ts';
import { type Context, printJson } from './context.ts';
import { lookOf } from './look.ts';

interface PreflightOptions extends ConnectionOptions {
  readonly application?: string;
  readonly environment?: string;
  readonly issuer?: string;
  readonly registrationEndpoint?: string;
}

/** Longest wait for the report, in milliseconds: two documents of a health system that answers slowly. */
const reportWithin = 60_000;

/** `preflight`. */
export function addPreflightCommand(program: Command, context: Context): void {
  const { terminal } = context;
  withConnection(
    program
      .command('preflight')
      .argument('<fhir-base-url>', 'FHIR base URL of the health system')
      .option('--application <id>', 'application whose client metadata and scopes are judged')
      .option('--environment <name>', 'environment of the application (default: production)')
      .option('--issuer <url>', 'issuer that the health system gave; for administrators')
      .option('--registration-endpoint <url>', 'registration endpoint that the health system gave; for administrators'),
  )
    .description(
      'look at a health system before registering there: endpoints, client metadata, scopes; changes nothing',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ registrar preflight https://fhir.mercy.example/r4 --application chart-app
  $ registrar preflight https://fhir.lakeside.example/r4 --application chart-app --environment sandbox --json

The exit code is 0 when the registration can go ahead, by Registrar or by hand; 1 when there is a finding of severity
error, or nothing usable could be read; 2 for bad input.`,
    )
    .action(async (fhirBaseUrl: string, options: PreflightOptions) => {
      checkOptions(options);
      const { application: applicationId, environment, issuer, registrationEndpoint } = options;
      const client = await connect(terminal, options);
      const body = { fhirBaseUrl, applicationId, environment, issuer, registrationEndpoint };
      const report = await client.send<PreflightReport>('POST', '/v1/preflight', body, reportWithin);
      if (options.json === true) printJson(terminal, report);
      else for (const line of preflightLines(fhirBaseUrl, report, lookOf(terminal))) terminal.out(line);
      context.finish(canGoAhead(report) ? exitCodes.done : exitCodes.failed);
    });
}

function checkOptions({ application, environment }: PreflightOptions): void {
  for (const [field, id] of [
    ['--application', application],
    ['--environment', environment],
  ] as const) {
    if (id !== undefined && !isIdPart(id)) throw badInput(field, 'it is not an id', `Use ${idPartRule}`);
  }
  if (environment !== undefined && application === undefined)
    throw badInput('--environment', 'it is of an application', 'Name the application too, with --application ID');
}
