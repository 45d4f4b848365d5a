import { describe, expect, test } from 'vitest';
import { refuseSecretArguments } from '../../../cli/secretArguments.ts';

const key = `rgk_${'a1B2'.repeat(10)}xyz`;
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl';
const opaque = 'kX8vQ2mN5pR7tW1yB4cD6fG9hJ3lZ0aS';

describe('refuseSecretArguments', () => {
  test.each<[string, string[]]>([
    ['the option of a token', ['tenant', 'add', 'm', '--initial-access-token', 'x']],
    ['the option with an equals sign', ['tenant', 'add', 'm', '--initial-access-token=x']],
    ['the option of a key', ['status', '--key', 'x']],
    ['an API key anywhere', ['status', key]],
    ['an API key as the value of an option', ['status', '--url', `https://a.example/?k=${key}`]],
    ['a JSON Web Token', ['tenant', 'add', 'm', '--name', token]],
    ['an opaque token', ['tenant', 'add', 'm', '--name', opaque]],
    ['an opaque token after an equals sign', ['tenant', 'add', 'm', `--name=${opaque}`]],
    ['a token in place of a file', ['tenant', 'add', 'm', '--initial-access-token-file', opaque]],
  ])('%s', (_name, args) => {
    const refusal = refuseSecretArguments(args);
    expect(refusal?.exitCode).toBe(2);
    for (const secret of [key, token, opaque]) expect(refusal?.message).not.toContain(secret);
  });

  test.each<[string, string[]]>([
    ['ids and names', ['tenant', 'add', 'mercy', '--name', 'Mercy Hospital of the Northern District 2026']],
    ['a registration', ['rotate', 'general-hospital-north.chart-app.production.main']],
    ['a URL', ['status', '--url', 'https://registrar.Example.org/Path/To/Something/Very/Long/R4']],
    ['a key id', ['key', 'revoke', '0c1d7c9e-6f0e-4d0c-9a63-2f7a4a1c3b55']],
    ['files', ['status', '--key-file', '/run/secrets/Registrar/AdminKeyOfTheNightShift2026']],
    ['options that read a secret', ['tenant', 'add', 'm', '--initial-access-token-stdin', '--key-file', 'k']],
  ])('lets %s through', (_name, args) => {
    expect(refuseSecretArguments(args)).toBeNull();
  });
});
