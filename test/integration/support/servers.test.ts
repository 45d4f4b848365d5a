import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { chromium as browsers } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import { freshDatabase } from '../../support/freshDatabase.ts';

describeWith('temporal', 'the Temporal server of the tests', ({ temporal }) => {
  test('has the namespace and the settings that decide latency', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const { capabilities } = await connection.workflowService.getSystemInfo({});
    expect(capabilities?.supportsSchedules).toBe(true);
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
    expect(namespaceInfo?.name).toBe('default');
    await connection.close();
  });
});

describeWith('postgres', 'the PostgreSQL of the tests', ({ postgres }) => {
  test('is version 15 or newer and gives databases of their own', async () => {
    expect(Number.parseInt(postgres.version, 10)).toBeGreaterThanOrEqual(15);
    const database = await freshDatabase(postgres);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    expect(new URL(database.url).pathname).toBe(`/${rows[0]!.name}`);
    await client.end();
    await database.drop();
  });
});

describeWith('moto', 'the Secrets Manager of the tests', ({ moto }) => {
  test('keeps versions and stages', async () => {
    const client = new SecretsManagerClient({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const SecretId = `servers-${crypto.randomUUID()}`;
    await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one' }));
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'two', VersionStages: ['AWSPENDING'] }));
    const current = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }));
    expect(current.SecretString).toBe('one');
    client.destroy();
  });
});

describeWith('chromium', 'the browser of the tests', ({ chromium }) => {
  test('shows a page', async () => {
    const browser = await browsers.launch({ executablePath: chromium.executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    await page.setContent('<h1>Registrar</h1>');
    expect(await page.textContent('h1')).toBe('Registrar');
    await browser.close();
  });
});
