import type { ApiCaller } from './apiCaller.ts';
import { waitFor } from './waitFor.ts';

/** Waits until two rotations of a registration were done; the latest events are told where they were not. */
export async function rotatedTwice(
  api: Pick<ApiCaller, 'events'>,
  registrationId: string,
  milliseconds: number,
): Promise<void> {
  let told: string[] = [];
  await waitFor(
    async () => {
      const events = await api.events(registrationId);
      told = events.map(({ type, message }) => `${type}: ${message}`);
      return events.filter(({ type }) => type === 'credential.rotated').length >= 2;
    },
    { what: 'two rotations', milliseconds, seen: () => told.slice(-12) },
  );
}
