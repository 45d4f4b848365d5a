import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { Adoption } from '../adopt/adoption.ts';
import type { AdoptionLine, LineFault } from '../adopt/file.ts';
import { progressLine, reportLines } from '../adopt/report.ts';
import type { ApiClient } from '../client.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput, CommandError, exitCodes } from '../errors.ts';
import { plainText } from '../plainText.ts';
import type { Terminal } from '../terminal.ts';
import { type Context, printJson } from './context.ts';
import { lookOf } from './look.ts';
import { parseSeconds, pollInterval } from './waiting.ts';

interface AdoptOptions extends ConnectionOptions {
  readonly parallel: number;
  readonly timeout: number;
}

/** Faults that are printed; the others are counted. */
const mostFaultsShown = 50;
/** Lines of progress where there is no terminal. */
const progressSteps = 20;

/** `adopt`: many clients that live already, from one file. */
export function addAdoptCommand(program: Command, context: Context): void {
  withConnection(
    program
      .command('adopt')
      .argument('<file>', 'JSON Lines, one client on each line, or - for standard input')
      .option('--parallel <number>', 'lines that are worked on at the same time', parseParallel, 16)
      .option('--timeout <seconds>', 'longest wait for all proofs', parseSeconds, 1800),
  )
    .description('take over clients that live already, from a file: proves each, registers none')
    .addHelpText(
      'after',
      `
Example:
  $ cat clients.jsonl
  {"tenantId":"mercy","name":"Mercy Hospital","applicationId":"chart-app","fhirBaseUrl":"https://fhir.mercy.example/r4","clientId":"2f1c…","clientSecret":"…","expiresAt":"2027-05-01T00:00:00Z"}
  $ registrar adopt clients.jsonl
  $ vault read -field=lines clients | registrar adopt -

Members: tenantId, name, applicationId, environment, endpointId, fhirBaseUrl, clientId, tokenEndpointAuthMethod,
clientSecret, issuedAt, expiresAt (null: never), clientExpiresAt, registrationAccessToken, registrationClientUri,
registrationEndpoint and issuer (administrators). See docs/adopt.md.

The whole file is checked first; nothing is changed while a line is wrong (exit code 2). A second run of the same file
changes nothing. The exit code is 0 when every line is proved.`,
    )
    .action(async (file: string, options: AdoptOptions) => {
      const { terminal } = context;
      if (file === '-' && options.keyStdin === true)
        throw badInput('--key-stdin', 'standard input carries the clients already', 'Use --key-file FILE');
      const lines = await readLines(terminal, file);
      const client = await connect(terminal, options);
      refuse(terminal, await unknownApplications(client, lines));
      const adoption = new Adoption(client, lines, terminal.now());
      await follow(adoption, terminal, options);
      if (options.json === true) printJson(terminal, summaryOf(adoption));
      else for (const line of reportLines(adoption, lookOf(terminal))) terminal.out(line);
      const { all, counts } = adoption.progress;
      context.finish(counts.proved + counts.unchanged === all ? exitCodes.done : exitCodes.failed);
    });
}

async function readLines(terminal: Terminal, file: string): Promise<AdoptionLine[]> {
  const text = await readText(terminal, file);
  // The schemas are loaded by this command only.
  const { parseAdoptionFile } = await import('../adopt/file.ts');
  const { lines, faults } = parseAdoptionFile(text, terminal.now());
  refuse(terminal, faults);
  if (lines.length === 0) throw badInput('FILE', 'there is no line in it', 'Write one JSON object on each line');
  return lines;
}

async function readText(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') return terminal.readInput('clients');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw badInput('FILE', `${file} cannot be read (${code})`, 'Check the path');
  }
}

async function unknownApplications(client: ApiClient, lines: readonly AdoptionLine[]): Promise<LineFault[]> {
  const known = new Map<string, boolean>();
  for (const id of new Set(lines.map(({ given }) => given.applicationId))) known.set(id, await isKnown(client, id));
  const message = 'there is no such application; add it with registrar application apply';
  return lines.flatMap(({ number: line, given }) =>
    known.get(given.applicationId) === true ? [] : [{ line, pointer: '/applicationId', message }],
  );
}

async function isKnown(client: ApiClient, applicationId: string): Promise<boolean> {
  try {
    await client.get(`/v1/applications/${applicationId}`);
    return true;
  } catch (error) {
    if (error instanceof CommandError && (error.problem as { status?: unknown } | undefined)?.status === 404)
      return false;
    throw error;
  }
}

/** Says every fault, then ends the command; does nothing without one. */
function refuse(terminal: Terminal, faults: readonly LineFault[]): void {
  if (faults.length === 0) return;
  for (const { line, pointer, message } of faults.slice(0, mostFaultsShown))
    terminal.note(plainText(`line ${line}: ${pointer === '' ? '' : `${pointer}: `}${message}.`));
  const wrong = new Set(faults.map(({ line }) => line)).size;
  const more = faults.length > mostFaultsShown ? `; the first ${mostFaultsShown} faults are shown` : '';
  throw new CommandError(
    exitCodes.badInput,
    `FILE: ${wrong} ${wrong === 1 ? 'line' : 'lines'} cannot be used${more}. Correct them and run it again; nothing was changed.`,
    { errors: faults },
  );
}

/** Goes round until every line has ended, Ctrl-C, or the time is over. */
async function follow(adoption: Adoption, terminal: Terminal, options: AdoptOptions): Promise<void> {
  const deadline = terminal.now() + options.timeout * 1000;
  const show = progressOn(adoption, terminal);
  show();
  while (!adoption.isOver && terminal.now() < deadline && !terminal.signal.aborted) {
    await adoption.round(options.parallel, show);
    if (!adoption.isOver) await wait(pollInterval, undefined, { signal: terminal.signal }).catch(() => undefined);
  }
  adoption.giveUp(options.timeout);
  if (terminal.isInteractive) terminal.write('\r\u001b[K');
}

/** On a terminal one line that changes; elsewhere a line at times. */
function progressOn(adoption: Adoption, terminal: Terminal): () => void {
  let told = -1;
  return () => {
    const { all, counts } = adoption.progress;
    const done = counts.proved + counts.unchanged + counts.failed;
    const step = terminal.isInteractive ? done : Math.floor((done * progressSteps) / all);
    if (step === told) return;
    told = step;
    const line = progressLine(adoption.progress);
    if (terminal.isInteractive) terminal.write(`\r${line}\u001b[K`);
    else terminal.note(line);
  };
}

function summaryOf(adoption: Adoption) {
  const lines = adoption.ends.map(({ line, end }) => ({
    line: line.number,
    registrationId: line.registrationId,
    ...end,
  }));
  return { ...adoption.progress.counts, changed: adoption.changed, lines };
}

function parseParallel(text: string): number {
  const parallel = Number(text);
  if (!/^\d{1,2}$/.test(text) || parallel < 1 || parallel > 64)
    throw new InvalidArgumentError('It must be a number from 1 to 64.');
  return parallel;
}
