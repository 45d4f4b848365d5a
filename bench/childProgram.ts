import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { certificateFile } from './certificate.ts';

/** A program of this folder in a process of its own, so that its processor time is its own. */
export class ChildProgram {
  readonly #name: string;
  readonly #child: ChildProcess;

  /** `name`: file in this folder. */
  constructor(name: string, args: readonly string[] = []) {
    this.#name = name;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile };
    this.#child = fork(fileURLToPath(new URL(name, import.meta.url)), args, { env });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends a question where there is one, and resolves to the next message. Rejects when the process ends first. */
  async answer<Answer>(question?: object): Promise<Answer> {
    const listening = new AbortController();
    const { signal } = listening;
    const message = once(this.#child, 'message', { signal });
    const ended = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`${this.#name} ended`);
    });
    if (question !== undefined) this.#child.send(question);
    try {
      const [answer] = await Promise.race([message, ended]);
      return answer as Answer;
    } finally {
      listening.abort();
      await Promise.allSettled([message, ended]);
    }
  }

  /** The program ends when it loses us. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
