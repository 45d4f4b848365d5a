import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shellSettings, visitingApplication } from '../../../../sandbox/demo/tryIt.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8');

it('README shows the application that the demo writes', () => {
  const shown = /```json\n(.*?)```/s.exec(readme)?.[1] ?? '';
  expect(JSON.parse(shown)).toEqual(visitingApplication);
});

it('README uses the names that the settings of the demo give, and no host that does not resolve', () => {
  const walk = /## First steps.*?```sh\n(.*?)```/s.exec(readme)?.[1] ?? '';
  expect(walk).toMatch(/application apply "\$WALK\/application\.json"/);
  expect(walk).toMatch(/--fhir-base-url "\$MERCY".*--initial-access-token-file "\$WALK\/token\.txt"/s);
  expect(walk).not.toMatch(/\.example/);
});

it('a shell reads the settings, whatever is in a path', () => {
  const directory = "/tmp/it's a $(walk)";
  const script = `${shellSettings({ directory, dataDirectory: '/tmp/data', fhirBaseUrl: 'http://127.0.0.1:1/fhir' })}printf '%s|' "$WALK" "$MERCY" "$REGISTRAR_DATA_DIR"`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
    `${directory}|http://127.0.0.1:1/fhir|/tmp/data|`,
  );
});
