import { startApi, startEmbedded, startWorker } from '../../runtime/start.ts';

/**
 * The product as `registrar start|api|worker` starts it, with the time policy of a test as second argument: the only
 * thing that differs from the command line.
 */
const [part, policy] = process.argv.slice(2);
const starts = new Map([
  ['start', startEmbedded],
  ['api', startApi],
  ['worker', startWorker],
]);
const start = starts.get(part ?? '');
if (start === undefined) throw new Error(`no such part: ${part}`);
process.exitCode = await start({ policy: JSON.parse(policy ?? 'null') });
