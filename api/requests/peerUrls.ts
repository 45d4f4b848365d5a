import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault } from '../problems/faults.ts';

/** A URL of a health system that a body brings. */
export interface PeerUrl {
  readonly pointer: string;
  readonly url: string;
  readonly kind: 'base' | 'endpoint';
}

/** Why a URL of a health system cannot be used, before anybody resolves it; null when it can. */
export function peerUrlObstacle(text: string, kind: 'base' | 'endpoint'): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an absolute https URL';
  if (!/^[\x21-\x7e]+$/.test(text)) return 'must be printable ASCII without spaces';
  if (url.username !== '' || url.password !== '' || /^https?:[\\/]*[^\\/?#]*@/i.test(text))
    return 'must not have a user name or password';
  if (text.includes('#')) return 'must not have a fragment';
  if (kind === 'base' && text.includes('?')) return 'must not have a query';
  return null;
}

/** The URLs that cannot be used as they are written. */
export function malformedUrls(urls: readonly PeerUrl[]): Fault[] {
  return urls.flatMap(({ pointer, url, kind }) => {
    const obstacle = peerUrlObstacle(url, kind);
    return obstacle === null ? [] : [fault('url-not-allowed', pointer, obstacle)];
  });
}

/** The URLs that the guarded client would not speak to; each is resolved once. */
export async function refusedUrls(checkUrl: ApiDependencies['checkUrl'], urls: readonly PeerUrl[]): Promise<Fault[]> {
  const verdicts = new Map<string, ReturnType<typeof checkUrl>>();
  const found = urls.map(async ({ pointer, url }) => {
    const verdict = verdicts.get(url) ?? checkUrl(url);
    verdicts.set(url, verdict);
    const judged = await verdict;
    if (judged.ok || (judged.code !== 'address-not-allowed' && judged.code !== 'url-not-allowed')) return [];
    return [fault(judged.code, pointer, judged.message)];
  });
  return (await Promise.all(found)).flat();
}
