import { ChildProgram } from './childProgram.ts';

/** Requests that the peers have answered. */
export interface RequestCounts {
  readonly discovery: number;
  readonly registration: number;
  readonly token: number;
}

/** Sets the delay of every later answer, in milliseconds, where one is named. The answer is {@link RequestCounts}. */
export interface PeerQuestion {
  readonly delay?: number;
}

/** What the process says first. */
export interface PeersReady {
  readonly issuers: readonly string[];
  readonly initialAccessToken: string;
}

/** Where one health system is, and what registers a client there. */
export interface Peer {
  readonly issuer: string;
  readonly initialAccessToken: string;
}

/** FHIR base URL of a tenant; every path below `/fhir` is one. */
export function fhirBaseOf(peer: Peer, tenant: string): string {
  return `${peer.issuer}/fhir/${tenant}`;
}

/** The peer of a tenant: all take turns. */
export function peerOf(peers: readonly Peer[], index: number): Peer {
  const peer = peers[index % peers.length];
  if (peer === undefined) throw new RangeError('there are no peers');
  return peer;
}

/** The health systems of `peer.ts`. */
export class Peers {
  readonly #program: ChildProgram;
  readonly all: readonly Peer[];

  private constructor(program: ChildProgram, all: readonly Peer[]) {
    this.#program = program;
    this.all = all;
  }

  /** `tls`: their certificate is that of `certificate.ts`. */
  static async start(count: number, tls = false): Promise<Peers> {
    const program = new ChildProgram('peer.ts', [String(count), tls ? 'tls' : 'plain']);
    const { issuers, initialAccessToken } = await program.answer<PeersReady>();
    return new Peers(
      program,
      issuers.map((issuer) => ({ issuer, initialAccessToken })),
    );
  }

  get pid(): number {
    return this.#program.pid;
  }

  async delay(milliseconds: number): Promise<void> {
    await this.#ask({ delay: milliseconds });
  }

  async counts(): Promise<RequestCounts> {
    return await this.#ask({});
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  #ask(question: PeerQuestion): Promise<RequestCounts> {
    return this.#program.answer<RequestCounts>(question);
  }
}
