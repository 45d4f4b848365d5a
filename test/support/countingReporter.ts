import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { labels, type ServerName, serverNames } from './servers/catalog.ts';

/** Says at the end how many tests ran against which real server. */
export class CountingReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const line = countLine(
      tests.map((test: TestCase) => ({ servers: test.meta().servers ?? [], state: test.result().state })),
      this.#vitest?.getProvidedContext?.().servers ?? {},
    );
    if (line !== null) process.stdout.write(`\n${line}\n`);
  }
}

export interface CountedTest {
  readonly servers: readonly ServerName[];
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

/** `12 tests ran against Temporal 1.29.1, 3 against moto 5.2.5, none skipped`, or null when no test used a server. */
export function countLine(
  tests: readonly CountedTest[],
  provided: Partial<Record<ServerName, { available: boolean; version?: string }>>,
): string | null {
  const counts = serverNames.flatMap((server) => {
    const ran = tests.filter((test) => test.servers.includes(server) && isRun(test)).length;
    const found = provided[server];
    const version = found?.available ? ` ${found.version}` : '';
    return ran === 0 ? [] : [`${ran} ${plural(ran)} against ${labels[server]}${version}`];
  });
  const skipped = tests.filter((test) => test.servers.length > 0 && !isRun(test)).length;
  if (counts.length === 0 && skipped === 0) return null;
  const [first = 'No test ran against a real server', ...rest] = counts;
  return [first, ...rest.map((text) => text.replace(/ tests? ran/, '')), `${skipped || 'none'} skipped`].join(', ');
}

function plural(count: number): string {
  return count === 1 ? 'test ran' : 'tests ran';
}

function isRun(test: CountedTest): boolean {
  return test.state === 'passed' || test.state === 'failed';
}
