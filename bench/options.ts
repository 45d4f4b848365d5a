import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly tenants: number;
  readonly systems: number;
  readonly idle: number;
  readonly runs: number;
  readonly embedded: boolean;
  readonly profiles: string | null;
}

/** Requests of one key that the API takes in a minute leave room for no more. */
const mostTenants = 5000;
const mostSystems = 1000;
const mostRuns = 50;

export const usage = `npm run bench -- [options]

  --tenants N     onboarded at full speed per delay of the peers (200)
  --systems N     health systems that they spread over (40)
  --idle N        onboarded one at a time per delay of the peers (30)
  --runs N        floods per delay of the peers, each beside one of the bare engine (5)
  --embedded      on the embedded database instead of PostgreSQL
  --cpu-prof DIR  write CPU profiles of Registrar there; they slow it down
  --help`;

/** Null = help is asked for. Throws a RangeError or TypeError that says which option is wrong. */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tenants: { type: 'string', default: '200' },
      systems: { type: 'string', default: '40' },
      idle: { type: 'string', default: '30' },
      runs: { type: 'string', default: '5' },
      embedded: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    tenants: count('--tenants', values.tenants, 1, mostTenants),
    systems: count('--systems', values.systems, 1, mostSystems),
    idle: count('--idle', values.idle, 0, mostTenants),
    runs: count('--runs', values.runs, 0, mostRuns),
    embedded: values.embedded,
    profiles: values['cpu-prof'] ?? null,
  };
}

function count(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new RangeError(`${option} must be a number from ${least} to ${most}, not "${text}"`);
}
