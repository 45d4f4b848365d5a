import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistrationView } from '../domain/registration/view.ts';
import { type DemoApi, type DemoEvent, demoApi } from './demo/api.ts';
import { type RegistrarChild, startRegistrar } from './demo/registrarChild.ts';
import { demoSystems, onboard } from './demo/scene.ts';
import { renderEvent, renderScreen, renderTable } from './demo/screen.ts';
import { visited, writeWalk } from './demo/tryIt.ts';
import { startSandbox } from './sandbox.ts';

/** Events after which a pipe gets the whole table. */
const milestones = new Set(['registration.activated', 'registration.manual-required', 'credential.rotated']);

/**
 * `npm run demo`: Registrar as a newcomer starts it, simulated health systems, and their onboarding and rotation as
 * they happen, until Ctrl-C. Everything is in a temporary directory that is removed at the end.
 */
const interrupted = new AbortController();
let passOn: () => void = () => undefined;
function interrupt(): void {
  interrupted.abort();
  passOn();
}
// A closed terminal ends the demo as Ctrl-C does, and its output then fails too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
process.stdout.on('error', () => interrupted.signal.aborted || interrupt());

const directory = await mkdtemp(join(tmpdir(), 'registrar-demo-'));
const sandbox = await startSandbox({ systems: [...demoSystems, visited] });
process.exitCode = await run().catch(tell);
await sandbox.stop();
// After a failure the log and the data are worth more than a tidy disk.
if (process.exitCode === 0) await rm(directory, { recursive: true, force: true });
else console.error(`The log and the data are in ${directory}.`);

async function run(): Promise<number> {
  console.log('Simulated health systems:');
  for (const { name, kind, fhirBaseUrl } of sandbox.systems) {
    console.log(`  ${name.padEnd(18)} ${kind.padEnd(22)} ${fhirBaseUrl}`);
  }
  console.log('');
  const registrar = await startRegistrar({
    directory,
    allowedHosts: sandbox.systems.map((system) => system.host),
    print: (line) => console.log(line),
    onStart: (interruptChild) => {
      passOn = interruptChild;
    },
  });
  const ended = registrar.exited.then((code) => {
    if (!interrupted.signal.aborted) throw new Error(`Registrar ended by itself with exit code ${code}.`);
  });
  try {
    await Promise.race([watch(registrar), ended]);
    console.log('Stopping.');
    return await registrar.exited;
  } catch (error) {
    const exitCode = tell(error);
    // It has had its signal already when Ctrl-C was why; a second one would make it drop what it is closing.
    if (!interrupted.signal.aborted) registrar.interrupt();
    await registrar.exited;
    return exitCode;
  }
}

/** Says what went wrong, unless Ctrl-C was why; answers the exit code. */
function tell(error: unknown): number {
  if (interrupted.signal.aborted) return 0;
  console.error(error instanceof Error ? error.message : 'The demo failed.');
  return 1;
}

async function watch(registrar: RegistrarChild): Promise<void> {
  const api = demoApi(registrar.url, await registrar.administratorKey());
  await onboard(
    api,
    sandbox.systems.filter(({ name }) => name !== visited.name),
  );
  const { dataDirectory } = registrar;
  const settings = await writeWalk({ directory, dataDirectory, system: sandbox.system(visited.name) });
  const footer = [
    `Walk of README, in another terminal here:  . ${settings}`,
    `Dashboard: ${registrar.url}   Administrator key: ${registrar.keyFile}`,
    `Log: ${registrar.logFile}   Ctrl-C stops everything and removes it.`,
  ];
  // A pipe gets lines that stay; a terminal gets a picture.
  await (process.stdout.isTTY ? draw(api, footer) : log(api, footer));
}

/** Draws the state at each event, and each second, as times go on. */
async function draw(api: DemoApi, footer: readonly string[]): Promise<void> {
  const { stdout } = process;
  const events: DemoEvent[] = [];
  const redraw = async () => {
    const views = await registrations(api);
    const size = { columns: stdout.columns, rows: stdout.rows };
    stdout.write(`\u001b[2J\u001b[H${renderScreen(views, events, size, footer, Date.now())}\n`);
  };
  // A picture that fails once is drawn again; the stream of events tells when Registrar is away for good.
  const timer = setInterval(() => void redraw().catch(() => undefined), 1000);
  try {
    for await (const event of api.events(interrupted.signal)) {
      events.push(event);
      await redraw();
    }
  } finally {
    clearInterval(timer);
  }
}

/** Prints each event, and the table at each milestone. */
async function log(api: DemoApi, footer: readonly string[]): Promise<void> {
  console.log(footer.join('\n'));
  for await (const event of api.events(interrupted.signal)) {
    console.log(renderEvent(event));
    if (milestones.has(event.type)) {
      console.log(['', ...renderTable(await registrations(api), Date.now()), ''].join('\n'));
    }
  }
}

async function registrations(api: DemoApi): Promise<RegistrationView[]> {
  const { items } = (await api.get('/v1/registrations')) as { items: RegistrationView[] };
  return items;
}
