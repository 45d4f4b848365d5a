import { startPostgresProxy } from '../../support/proxies/postgresProxy.ts';

/** What stands between the product and its database. */
export interface AnswerGate {
  /** Of the database, through the gate. */
  readonly url: string;
  /** From now on each connection ends before it brings the answer of a health system: it has to be spooled. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** The statement that puts an answer away, whatever else is in it. */
const keepsAnswer = /update "intents" set [^;]*"answer_sha256"/;

export async function openAnswerGate(target: string): Promise<AnswerGate> {
  let isShut = false;
  const { url, proxy } = await startPostgresProxy(target, {
    arrive: (request, statement = '') => ({ subject: keepsAnswer.test(statement) ? 'answer' : '', label: request }),
    at: async ({ subject }, point) => (isShut && subject === 'answer' && point === 'before' ? 'drop' : 'go-on'),
  });
  return {
    url,
    shut() {
      isShut = true;
    },
    open() {
      isShut = false;
    },
    close: () => proxy.close(),
  };
}
