import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAt, documentOf, folderOf, grow, headersOf, type Quirk, quirkOf, statusOf } from './healthSystems.ts';

/** A fixture served on loopback. Each of its hosts has an address of its own, so that hosts stay apart. */
export interface ServedHealthSystem {
  readonly quirk: Quirk;
  /** `host:port` of each of its hosts. */
  readonly hosts: readonly string[];
  /** Puts the loopback addresses into a text of the fixture. */
  readonly served: (text: string) => string;
  /** Puts the names of the fixture back into a text. */
  readonly named: (text: string) => string;
  close(): Promise<void>;
}

export async function serveHealthSystem(name: string): Promise<ServedHealthSystem> {
  const quirk = quirkOf(name);
  const folder = folderOf(name);
  const names = hostNames(folder, quirk);
  const bases = new Map<string, string>();
  const servers: Server[] = [];
  const served = (text: string) =>
    [...bases].reduce(
      (changed, [host, base]) =>
        changed.replaceAll(new RegExp(`https://${host.replaceAll('.', '\\.')}(?::443)?(?=[/"?#\\s]|$)`, 'g'), base),
      text,
    );
  const named = (text: string) =>
    [...bases].reduce((changed, [host, base]) => changed.replaceAll(base, `https://${host}`), text);

  function answer(host: string, request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(`https://${host}${request.url ?? '/'}`);
    const said = answerAt(quirk, url.href);
    if (said.failure !== undefined) return void request.socket.destroy();
    const isAsked = said.onlyWithHeader !== undefined && said.onlyWithHeader in request.headers;
    const document = documentOf(folder, url, isAsked);
    const text = document === null ? Buffer.alloc(0) : Buffer.from(served(document.toString('latin1')), 'latin1');
    const headers = Object.entries(headersOf(url.pathname, said)).map(([key, value]) => [key, served(value)]);
    response.writeHead(statusOf(document, said), Object.fromEntries(headers));
    response.end(grow(text, said));
  }

  for (const [index, host] of names.entries()) {
    const server = createServer((request, response) => answer(host, request, response));
    const address = `127.0.0.${index + 1}`;
    server.listen(0, address);
    await once(server, 'listening');
    servers.push(server);
    bases.set(host, `http://${address}:${(server.address() as AddressInfo).port}`);
  }
  return {
    quirk,
    hosts: [...bases.values()].map((base) => base.slice('http://'.length)),
    served,
    named,
    async close() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Hosts with documents or answers, and that of the FHIR base URL. */
function hostNames(folder: URL, { fhirBaseUrl, answers }: Quirk): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const urls = [fhirBaseUrl, ...Object.keys(answers)];
  return [...new Set([...urls.map((url) => new URL(url).host), ...folders.map((entry) => entry.name)])];
}
