import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistrationView } from '../domain/registrationView.ts';
import { type DemoApi, type DemoEvent, demoApi } from './demo/api.ts';
import { type RegistrarChild, startRegistrar } from './demo/registrarChild.ts';
import { demoSystems, onboard } from './demo/scene.ts';
import { renderEvent, renderScreen, renderTable } from './demo/screen.ts';
import { startSandbox } from './sandbox.ts';

/**
 * `npm run demo`: Registrar as a newcomer starts it, simulated health systems, and their onboarding and rotation as
 * they happen, until Ctrl-C. Everything is in a temporary directory that is removed at the end.
 */
const stopping = new AbortController();
let interrupt: () => void = () => undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping.abort();
    interrupt();
  });
}

const dataDirectory = await mkdtemp(join(tmpdir(), 'registrar-demo-'));
const sandbox = await startSandbox({ systems: demoSystems });
try {
  process.exitCode = await run();
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof Error ? error.message : 'the demo failed');
    process.exitCode = 1;
  }
} finally {
  await sandbox.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}

async function run(): Promise<number> {
  console.log('Simulated health systems:');
  for (const system of sandbox.systems)
    console.log(`  ${system.name.padEnd(18)} ${system.kind.padEnd(22)} ${system.fhirBaseUrl}`);
  console.log('');
  const registrar = await startRegistrar({
    dataDirectory,
    allowedHosts: sandbox.systems.map((system) => system.host),
    print: (line) => console.log(line),
    onStart: (passOn) => {
      interrupt = passOn;
    },
  });
  try {
    const api = demoApi(registrar.url, await registrar.administratorKey());
    await onboard(api, sandbox.systems);
    await show(api, registrar);
  } finally {
    if (!stopping.signal.aborted) registrar.interrupt();
    stopping.abort();
  }
  console.log('Stopping.');
  return await registrar.exited;
}

/** Shows the state after every event, until Ctrl-C or until Registrar ends. */
async function show(api: DemoApi, registrar: RegistrarChild): Promise<void> {
  void registrar.exited.then(() => stopping.abort());
  const events: DemoEvent[] = [];
  const footer = [
    `Dashboard: ${registrar.url}   Administrator key: ${join(dataDirectory, 'admin-key')}`,
    `Log: ${registrar.logFile}   Ctrl-C stops everything and removes it.`,
  ];
  const { stdout } = process;
  const draw = async () => {
    const { items } = (await api.get('/v1/registrations')) as { items: RegistrationView[] };
    const size = { columns: stdout.columns, rows: stdout.rows };
    stdout.write(`\u001b[2J\u001b[H${renderScreen(items, events, size, footer, Date.now())}\n`);
  };
  // A pipe gets lines that stay; a terminal gets a picture that is drawn again each second, as times go on.
  const redraw = stdout.isTTY ? setInterval(() => void draw().catch(() => undefined), 1000) : undefined;
  if (!stdout.isTTY) console.log(footer.join('\n'));
  try {
    for await (const event of api.events(stopping.signal)) {
      events.push(event);
      if (stdout.isTTY) await draw();
      else await log(api, event);
    }
  } finally {
    clearInterval(redraw);
  }
}

const milestones = new Set(['registration.activated', 'registration.manual-required', 'credential.rotated']);

async function log(api: DemoApi, event: DemoEvent): Promise<void> {
  console.log(renderEvent(event));
  if (!milestones.has(event.type)) return;
  const { items } = (await api.get('/v1/registrations')) as { items: RegistrationView[] };
  console.log(['', ...renderTable(items, Date.now()), ''].join('\n'));
}
