import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { sharedModules } from '../scripts/workflowBundle.ts';
import type { BareResult, BareWork } from './bare.ts';
import { ChildProgram } from './childProgram.ts';
import { floodWidth } from './onboarding.ts';
import type { Peer } from './peers.ts';
import { processorTime } from './processor.ts';
import type { Product } from './product.ts';

export interface BareFigures {
  /** Milliseconds. */
  readonly elapsed: number;
  /** Milliseconds of its process and the Temporal server; null where that cannot be known. */
  readonly cpuMilliseconds: number | null;
}

/** `bare.ts` on the Temporal server of a product; it lives as long as that, so that both are as warm. */
export class BareEngine {
  readonly #program: ChildProgram;
  readonly #product: Product;

  private constructor(program: ChildProgram, product: Product) {
    this.#program = program;
    this.#product = product;
  }

  /** `directory`: where the workflow bundle is written. */
  static async start(product: Product, directory: string): Promise<BareEngine> {
    const workflowsPath = fileURLToPath(new URL('bareWorkflow.ts', import.meta.url));
    const { code } = await bundleWorkflowCode({
      workflowsPath,
      preloadModules: sharedModules(fileURLToPath(new URL('..', import.meta.url)), workflowsPath),
      logger: new DefaultLogger('WARN'),
    });
    const bundle = join(directory, 'bareWorkflow.js');
    await writeFile(bundle, code);
    const { address, namespace } = product.temporal;
    return new BareEngine(new ChildProgram('bare.ts', [address, namespace, bundle]), product);
  }

  /** Starts as many workflows as Registrar is given tenants, at the same width, and waits until all are complete. */
  async flood(tenants: number, peers: readonly Peer[]): Promise<BareFigures> {
    const work: BareWork = { peers, tenants, width: floodWidth };
    const before = this.#processorTime();
    const { elapsed } = await this.#program.answer<BareResult>(work);
    const after = this.#processorTime();
    return { elapsed, cpuMilliseconds: before === null || after === null ? null : after - before };
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  #processorTime(): number | null {
    const [own, temporal] = [processorTime(this.#program.pid), processorTime(this.#product.temporalPid)];
    return own === null || temporal === null ? null : own + temporal;
  }
}
