import type { Page } from '../domain/ports/page.ts';
import type { ApiClient } from './client.ts';

const largestPage = 500;

/** Every item of a list of the API, page by page. */
export async function everyItem<Item>(client: ApiClient, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const parameters = new URLSearchParams({ limit: String(largestPage), ...(cursor === undefined ? {} : { cursor }) });
    const page: Page<Item> = await client.get(`${path}?${parameters}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}
