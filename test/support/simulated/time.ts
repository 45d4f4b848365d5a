import { Connection, InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import type { Clock } from '../../../domain/time/clock.ts';
import { freePort, startProcess, untilReady } from '../servers/processes.ts';

/** Longest single advance: beyond it the server may let time pass under a task. Milliseconds. */
const longestStep = 5 * 86_400_000;

/** A Temporal server of one's own in which time passes only as one says. */
export interface SimulatedTime {
  /** `host:port`. Its namespace is `default`. */
  readonly address: string;
  /** The server's time as last read ({@link SimulatedTime.read}), going on in real time since. */
  readonly clock: Clock;
  /** Reads the server's time. Before each activity, as time may have been skipped since the last one. */
  read(): Promise<number>;
  /** Lets so many milliseconds pass: timers fire in their order, and tasks take real time. */
  advance(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts Temporal's Java test server (FACTS section 1). */
export async function startSimulatedTime(classPath: string): Promise<SimulatedTime> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  // Without --enable-time-skipping: with it time is skipped under running tasks, and they expire.
  const server = startProcess('java', ['-Xmx1g', '-cp', classPath, 'io.temporal.testserver.TestServer', String(port)]);
  // The option is internal to the SDK, whose own test environment connects so.
  const options = {
    address,
    connectTimeout: 2000,
    // Nothing is tried again: an advance that the end of the server cuts short would be.
    interceptors: [],
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  };
  const connection = await untilReady(() => Connection.connect(options), { server, timeoutMs: 60_000 });
  const { testService } = connection;
  if (testService === undefined) throw new Error('the connection has no test service');
  let readAt = 0;
  let offset = 0;

  async function read(): Promise<number> {
    const asked = Date.now();
    const { time } = (await testService?.getCurrentTime({})) ?? {};
    const now = Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
    // An older answer must not set a newer one back.
    if (asked >= readAt && now - Date.now() > offset) offset = now - Date.now();
    readAt = asked;
    return now;
  }

  await read();
  return {
    address,
    clock: { now: () => Date.now() + offset },
    read,
    async advance(milliseconds) {
      for (let left = milliseconds; left > 0; left -= longestStep) {
        const seconds = Math.ceil(Math.min(left, longestStep) / 1000);
        await testService.unlockTimeSkippingWithSleep({ duration: { seconds: seconds as never } });
        await read();
      }
    },
    async close() {
      await connection.close();
      await server.stop();
    },
  };
}
