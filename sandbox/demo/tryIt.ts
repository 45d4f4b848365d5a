import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HealthSystem } from '../healthSystem.ts';
import type { SystemOptions } from '../options.ts';

/** The health system that README's walk adds; the demo leaves it to whoever tries. */
export const visited: SystemOptions = { name: 'mercy', kind: 'rotating', secretLifetime: 3600, renewalShare: 1 };

/** The application of README's walk. */
export const visitingApplication = {
  applicationId: 'portal',
  clientMetadata: {
    client_name: 'Patient Portal',
    redirect_uris: ['https://portal.example.org/callback'],
    scope: 'launch launch/patient openid fhirUser offline_access patient/*.rs',
    contacts: ['smart@portal.example.org'],
  },
};

/**
 * Writes what the walk needs into a directory: application, initial access token, and a file for a shell to read, which
 * names them and aims the command line at this Registrar. Answers the path of that file.
 *
 * @param options.dataDirectory of the Registrar that runs.
 */
export async function writeWalk(options: {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly system: HealthSystem;
}): Promise<string> {
  const { directory, dataDirectory, system } = options;
  const settings = join(directory, 'settings');
  await writeFile(join(directory, 'application.json'), `${JSON.stringify(visitingApplication, null, 2)}\n`);
  await writeFile(join(directory, 'token.txt'), `${await system.initialAccessToken()}\n`, { mode: 0o600 });
  await writeFile(settings, shellSettings({ directory, dataDirectory, fhirBaseUrl: system.fhirBaseUrl }));
  return settings;
}

/** Variables of README's walk, as a shell reads them. */
export function shellSettings(told: {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly fhirBaseUrl: string;
}): string {
  return [
    `export REGISTRAR_DATA_DIR=${quoted(told.dataDirectory)}`,
    `export WALK=${quoted(told.directory)}`,
    `export MERCY=${quoted(told.fhirBaseUrl)}`,
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
