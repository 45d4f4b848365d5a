import type { Measurement, Spread } from './measure.ts';
import type { Cpu } from './sampler.ts';

/** Where and on what the figures were taken. */
export interface Setting {
  readonly node: string;
  readonly processors: number;
  /** Load average of the last minute before the start. */
  readonly load: number;
  /** At the end; what is measured is part of it. */
  readonly loadAfter: number;
  readonly database: string;
  readonly tenants: number;
  readonly systems: number;
  readonly idle: number;
  readonly runs: number;
}

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly target?: string;
  readonly value: (measurement: Measurement) => number | Spread | null;
}

const rows: readonly Row[] = [
  { name: 'onboardings', unit: '/s', target: '≥ 25, aim ≥ 40', value: (each) => each.onboardingsPerSecond },
  { name: 'processor, Registrar and Temporal', unit: 'ms each', target: '≤ 65', value: (each) => each.cpu.both },
  { name: '  Registrar', unit: 'ms each', value: (each) => each.cpu.registrar },
  { name: '  Temporal server', unit: 'ms each', value: (each) => each.cpu.temporal },
  { name: 'processor, PostgreSQL', unit: 'ms each', value: (each) => each.cpu.postgresql },
  { name: 'processor, peers', unit: 'ms each', value: (each) => each.cpu.peers },
  { name: 'requests to peers', unit: 'each', value: (each) => each.requestsPerOnboarding },
  { name: 'one onboarding when idle, p50', unit: 'ms', value: (each) => each.idle.p50 },
  { name: 'one onboarding when idle, p95', unit: 'ms', value: (each) => each.idle.p95 },
  { name: 'one when idle to the plain script', unit: '', target: '≤ 1.2 at 50 ms', value: (each) => each.idleRatio },
  { name: 'plain script, onboardings', unit: '/s', value: (each) => each.plain.onboardingsPerSecond },
  { name: 'plain script, processor', unit: 'ms each', value: (each) => each.plain.cpu },
  { name: 'plain script, requests to peers', unit: 'each', value: (each) => each.plain.requestsPerOnboarding },
  { name: 'plain script, one when idle, p50', unit: 'ms', value: (each) => each.plain.idle.p50 },
  { name: 'plain script, one when idle, p95', unit: 'ms', value: (each) => each.plain.idle.p95 },
  { name: 'bare engine, onboardings', unit: '/s', value: (each) => each.bareEngine.onboardingsPerSecond },
  { name: 'bare engine, processor', unit: 'ms each', value: (each) => each.bareEngine.cpu },
  { name: 'Registrar to bare engine', unit: '', target: '≥ 1', value: (each) => each.ratioToBareEngine },
];

/** A table for people. Targets stand beside the figures and judge nothing: only a calm machine can. */
export function tableOf(setting: Setting, measurements: readonly Measurement[], parking: Cpu): string {
  const head = ['', ...measurements.map(nameOf), 'unit', 'target'];
  const body = rows.map(({ name, unit, target, value }) => [
    name,
    ...measurements.map((measurement) => figure(value(measurement))),
    unit,
    target ?? '',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const isFigure = column > 0 && column <= measurements.length;
        return isFigure ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [describe(setting), '', line(head), ...body.map(line), '', describeParking(parking)].join('\n');
}

/** One line for programs. */
export function jsonLineOf(setting: Setting, measurements: readonly Measurement[], parking: Cpu): string {
  return JSON.stringify({ ...setting, measurements, parking }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(3)) : value,
  );
}

function describe(setting: Setting): string {
  const { tenants, systems, runs, database, node, processors, load, loadAfter } = setting;
  return [
    `${runs} runs (median, least–most) of ${tenants} tenants at ${systems} health systems, each known from one onboarding before; codec, audit and secret writes on.`,
    `${database}; embedded Temporal server; Node ${node}; ${processors} processors, load ${load.toFixed(2)} before the start, ${loadAfter.toFixed(2)} at the end.`,
  ].join('\n');
}

function nameOf({ peerDelay, tls }: Measurement): string {
  return `${peerDelay} ms ${tls ? 'TLS ' : ''}peer`;
}

function describeParking({ registrar, temporal, postgresql }: Cpu): string {
  const each = [`Registrar ${figure(registrar)}`, `Temporal ${figure(temporal)}`, `PostgreSQL ${figure(postgresql)}`];
  return `Processor of an onboarding with its rest and park, ms each: ${each.join(', ')}.`;
}

function figure(value: number | Spread | null): string {
  if (typeof value === 'object' && value !== null) {
    const { median, least, most } = value;
    return median === null ? '–' : `${figure(median)} (${figure(least)}–${figure(most)})`;
  }
  if (value === null) return '–';
  return value.toFixed(Math.abs(value) < 1 ? 3 : Math.abs(value) < 100 ? 1 : 0);
}
