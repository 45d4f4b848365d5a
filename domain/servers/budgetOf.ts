import type { Playbooks, PublishedLimit } from '../people/playbooks/playbook.ts';
import { readWebUrl, type WebUrl } from '../text/webUrl.ts';
import { defaultRate, type Rate } from './budget.ts';

/** Which budget a call counts on. */
export interface BudgetRef extends Rate {
  /** `group:{name}` of a playbook, else the origin of the token endpoint. */
  readonly budget: string;
  /** Where the rate comes from: `playbook:{id}` or `default`. */
  readonly source: string;
}

/**
 * The budget of a token endpoint, or of any other URL that is asked before the token endpoint is known: the limit that
 * a playbook publishes for its host, over the group that it names or the origin alone; else 20 calls a second.
 */
export function budgetOf({ all }: Playbooks, url: string): BudgetRef {
  const read = readWebUrl(url);
  const origin = read === null ? url : originOf(url, read);
  for (const playbook of all) {
    const limit = playbook.limits.find(({ hosts }) => read !== null && hosts.some((host) => covers(host, read.host)));
    if (limit !== undefined) return limited(limit, `playbook:${playbook.id}`, origin);
  }
  return { budget: origin, ...defaultRate, source: 'default' };
}

function limited({ group, perMinute }: PublishedLimit, source: string, origin: string): BudgetRef {
  return { budget: group === null ? origin : `group:${group}`, perMinute, source };
}

const covers = (pattern: string, host: string) =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;

const defaultPorts: Readonly<Record<WebUrl['scheme'], string>> = { https: '443', http: '80' };

/** As `URL.origin` writes it, which workflow code does not have. */
function originOf(url: string, { scheme, host }: WebUrl): string {
  const port = /^https?:\/\/[^/?#]*?:(\d{1,5})(?:[/?#]|$)/i.exec(url)?.[1];
  return port === undefined || port === defaultPorts[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
