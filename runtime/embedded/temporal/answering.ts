import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const callMilliseconds = 2_000;
const pauseMilliseconds = 50;

async function answersOnce(address: string): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: callMilliseconds });
    const { workflowService } = connection;
    // The namespace is made after the port is open; without it a worker cannot start.
    await connection.withDeadline(Date.now() + callMilliseconds, () =>
      workflowService.describeNamespace({ namespace: 'default' }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/**
 * Waits until a Temporal server answers at the address with its default namespace. False when the time is over, or
 * `isWorthwhile` says that there is nothing to wait for.
 */
export async function waitUntilAnswering(
  address: string,
  options: { readonly milliseconds: number; readonly isWorthwhile: () => Promise<boolean> },
): Promise<boolean> {
  const deadline = performance.now() + options.milliseconds;
  while (performance.now() < deadline) {
    if (await answersOnce(address)) return true;
    if (!(await options.isWorthwhile())) return false;
    await delay(pauseMilliseconds);
  }
  return false;
}
