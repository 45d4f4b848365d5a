import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../config/environment.ts';
import type { Progress, ProgressStep } from '../progress.ts';
import { cacheRoot, installIntoCache, readCache } from './cache.ts';
import { DownloadError, downloadTemporal } from './download.ts';
import { judgeVersion, type OfficialArchive, officialArchive, temporalGoPackage, temporalVersion } from './release.ts';

/** How a Temporal server binary was come by. */
export type TemporalSource = 'path' | 'cache' | 'download' | 'go';

export interface FoundTemporal {
  readonly binary: string;
  readonly source: TemporalSource;
}

const sourceWords: Record<TemporalSource, string> = {
  path: 'found on the PATH',
  cache: 'from the cache of an earlier start',
  download: 'official download, checksum verified',
  go: 'built from source',
};

/** No way to a Temporal server worked. The message tells every attempt, why it failed and what to install. */
export class TemporalUnavailableError extends Error {
  override readonly name = 'TemporalUnavailableError';
  readonly attempts: readonly string[];

  constructor(attempts: readonly string[]) {
    super(
      [
        'Registrar needs a Temporal server and found none:',
        ...attempts.map((attempt) => `  - ${attempt}`),
        `Install the Temporal CLI ${temporalVersion} or newer so that "temporal" is on the PATH ` +
          '(https://docs.temporal.io/cli, or "brew install temporal"), or install Go 1.24 or newer, ' +
          'or set TEMPORAL_ADDRESS to a Temporal server of yours.',
      ].join('\n'),
    );
    this.attempts = attempts;
  }
}

export interface FindOptions {
  readonly environment: Environment;
  readonly progress: Progress;
  readonly fetch?: typeof fetch;
  /** The archive for this machine; null when no checksum is committed. */
  readonly archive?: OfficialArchive | null;
  /** Ends a download or a build that goes on; the search then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

type Attempt = { readonly found: FoundTemporal } | { readonly failed: string };

const run = promisify(execFile);
const versionMilliseconds = 20_000;
const buildMilliseconds = 30 * 60 * 1000;

async function executablesNamed(name: string, environment: Environment): Promise<string[]> {
  const found: string[] = [];
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    // A relative entry would run whatever lies in the current directory.
    if (!isAbsolute(directory)) continue;
    const path = join(directory, name);
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) found.push(path);
    } catch {
      // Not there: the next entry may have it.
    }
  }
  return found;
}

async function versionOf(binary: string): Promise<{ usable: boolean; version: string }> {
  try {
    const { stdout } = await run(binary, ['--version'], { timeout: versionMilliseconds, env: {} });
    return judgeVersion(stdout);
  } catch {
    return { usable: false, version: 'unknown (it does not run)' };
  }
}

async function lookOnPath({ environment }: FindOptions): Promise<Attempt> {
  const binaries = await executablesNamed('temporal', environment);
  const refused: string[] = [];
  for (const binary of binaries) {
    const { usable, version } = await versionOf(binary);
    if (usable) return { found: { binary, source: 'path' } };
    refused.push(`${binary} has version ${version}, at least 1.5 is needed`);
  }
  return { failed: refused.length > 0 ? refused.join('; ') : '"temporal" is not on the PATH' };
}

async function lookInCache({ environment }: FindOptions): Promise<Attempt> {
  const root = cacheRoot(environment);
  const cached = await readCache(root);
  if (cached.kind === 'ready') return { found: { binary: cached.binary, source: 'cache' } };
  return { failed: cached.kind === 'absent' ? `the cache ${root} does not have it` : cached.reason };
}

function cacheProblem({ environment }: FindOptions, error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return `it cannot be installed into ${cacheRoot(environment)} (${typeof code === 'string' ? code : 'unknown error'})`;
}

async function whileShown(step: ProgressStep, work: () => Promise<Attempt>): Promise<Attempt> {
  const attempt = await work();
  step.end('found' in attempt ? 'done' : `failed, ${attempt.failed}`);
  return attempt;
}

async function download(options: FindOptions): Promise<Attempt> {
  const archive = options.archive === undefined ? officialArchive(process.platform, process.arch) : options.archive;
  if (archive === null)
    return { failed: `the download is skipped: no checksum is known for ${process.platform}/${process.arch}` };
  const step = options.progress.step(`Downloading Temporal ${temporalVersion} from ${new URL(archive.url).host}`);
  return whileShown(step, async () => {
    try {
      const binary = await installIntoCache(cacheRoot(options.environment), (directory) =>
        downloadTemporal(directory, archive, {
          onPercent: (percent) => step.update(`${percent} %`),
          ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        }),
      );
      return { found: { binary, source: 'download' } };
    } catch (error) {
      return { failed: error instanceof DownloadError ? error.message : cacheProblem(options, error) };
    }
  });
}

/** What `go` needs of our environment, and nothing that is secret. */
function goEnvironment(environment: Environment, binDirectory: string): Record<string, string> {
  const passed =
    /^(PATH|HOME|TMPDIR|XDG_CACHE_HOME|GO[A-Z0-9_]*|CGO_ENABLED|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SSL_CERT_(FILE|DIR))$/;
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passed.test(entry[0]),
  );
  return { ...Object.fromEntries(entries), GOBIN: binDirectory };
}

function lastLine(error: unknown): string {
  const stderr = (error as { stderr?: unknown } | null)?.stderr;
  const lines = typeof stderr === 'string' ? stderr.trim().split('\n') : [];
  return (lines.at(-1) ?? '').slice(0, 300);
}

async function build(options: FindOptions): Promise<Attempt> {
  const [go] = await executablesNamed('go', options.environment);
  if (go === undefined) return { failed: 'it cannot be built: "go" is not on the PATH' };
  const step = options.progress.step(`Building Temporal ${temporalVersion} with go install (some minutes)`);
  return whileShown(step, async () => {
    try {
      const binary = await installIntoCache(cacheRoot(options.environment), async (directory) => {
        const settings = {
          env: goEnvironment(options.environment, directory),
          timeout: buildMilliseconds,
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        };
        await run(go, ['install', '-trimpath', '-ldflags=-s -w', temporalGoPackage], settings);
      });
      return { found: { binary, source: 'go' } };
    } catch (error) {
      const said = lastLine(error);
      if (said === '') return { failed: cacheProblem(options, error) };
      return { failed: `go install ${temporalGoPackage} failed: ${said}` };
    }
  });
}

/**
 * Finds a Temporal server binary: on the PATH, in our own cache, by the official download checked against a committed
 * SHA-256, by `go install`. What takes long shows its progress. Rejects with {@link TemporalUnavailableError}.
 * Not asked when `TEMPORAL_ADDRESS` is set.
 */
export async function findTemporal(options: FindOptions): Promise<FoundTemporal> {
  const attempts: string[] = [];
  for (const attempt of [lookOnPath, lookInCache, download, build]) {
    options.signal?.throwIfAborted();
    const result = await attempt(options);
    if ('found' in result) {
      options.progress.note(`Temporal server: ${result.found.binary} (${sourceWords[result.found.source]})`);
      return result.found;
    }
    attempts.push(result.failed);
  }
  options.signal?.throwIfAborted();
  throw new TemporalUnavailableError(attempts);
}
