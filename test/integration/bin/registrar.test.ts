import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Says its pid and every signal; ends as told on its command line. */
const program = `
import { pbkdf2 } from 'node:crypto';
import { readdirSync } from 'node:fs';
const [mode, ...rest] = process.argv.slice(2);
if (mode === 'exit') process.exit(Number(rest[0]));
if (mode === 'threads') {
  const count = () => readdirSync('/proc/self/task').length;
  const before = count();
  const one = () => new Promise((done) => pbkdf2('a', 'b', 10_000, 32, 'sha256', done));
  await Promise.all(Array.from({ length: 64 }, one));
  console.log(count() - before);
  process.exit(0);
}
if (mode === 'argv') { console.log(JSON.stringify(rest)); process.exit(0); }
if (mode === 'die') process.kill(process.pid, 'SIGKILL');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
  process.on(signal, () => { console.log(signal); if (signal === 'SIGTERM') process.exit(7); });
console.log('pid ' + process.pid + ' node ' + process.version);
setInterval(() => undefined, 1000);
`;

/** As if an older Node ran the file. */
const older =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'registrar-bin-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'cli'));
  cpSync(join(root, 'bin/registrar.js'), join(folder, 'bin/registrar.js'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'cli/main.ts'), program);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['Node 24', []],
  ['an older Node', ['--import', older]],
])('bin/registrar.js under %s', (_, nodeArguments) => {
  function start(...args: string[]): ChildProcess & { text: () => string } {
    const child = spawn(process.execPath, [...nodeArguments, 'bin/registrar.js', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return Object.assign(child, { text: () => text });
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await delay(20);
  }

  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  test.each([0, 1, 2, 130])('ends with exit code %i', async (code) => {
    expect(await once(start('exit', String(code)), 'exit')).toEqual([code, null]);
  });

  test('hands arguments on as they are', async () => {
    const child = start('argv', '--reason', 'a "b" c', '');
    await once(child, 'close');
    expect(JSON.parse(child.text())).toEqual(['--reason', 'a "b" c', '']);
  });

  test.runIf(existsSync('/proc/self/task'))('gives names and files sixteen threads', async () => {
    const child = start('threads');
    await once(child, 'close');
    expect(Number(child.text())).toBeGreaterThanOrEqual(12);
  });

  test('ends by the same signal', async () => {
    expect(await once(start('die'), 'exit')).toEqual([null, 'SIGKILL']);
  });

  test('passes each signal on exactly once and keeps the exit code', async () => {
    const child = start('wait');
    await until(() => child.text().includes('pid '));
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
      child.kill(signal);
      await until(() => child.text().includes(signal));
    }
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([7, null]);
    expect(child.text().trim().split('\n').slice(1)).toEqual(['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTERM']);
  });

  test('leaves nothing behind when it is killed', async () => {
    const child = start('wait');
    await until(() => child.text().includes('pid '));
    const pid = Number(/pid (\d+)/.exec(child.text())?.[1]);
    child.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
