import type { PageState } from '../../domain/client/lint/profiles.ts';
import type { GuardedClient } from './client.ts';
import { HttpGuardError } from './httpGuardError.ts';
import { isRedirect } from './redirects.ts';

/** Milliseconds that a page has. */
const longestLook = 10_000;

/** Whether a page answers at its own URL: one GET, no redirect is followed, the answer is not read. Never throws. */
export async function checkPage(client: GuardedClient, url: string): Promise<PageState> {
  try {
    const signal = AbortSignal.timeout(longestLook);
    const { status, headers } = await client.request({ method: 'GET', url, followRedirects: false, signal });
    if (isRedirect(status, headers)) return { kind: 'redirected' };
    return status >= 200 && status < 300 ? { kind: 'live' } : { kind: 'refused', what: String(status) };
  } catch (error) {
    if (!(error instanceof HttpGuardError)) return { kind: 'silent', what: 'no answer' };
    // More than we read is a page all the same.
    return error.code === 'body-too-large' ? { kind: 'live' } : { kind: 'silent', what: error.code };
  }
}
