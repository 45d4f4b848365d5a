import { holdReasons, releaseNames, releasesOf } from '../domain/registration/hold.ts';

/** The part of `docs/operate.md` about what is held, and about suspending. */
export function holdSection(): string {
  const together = new Map<string, string[]>();
  for (const reason of holdReasons) {
    const by = releaseNames(releasesOf(reason));
    together.set(by, [...(together.get(by) ?? []), `\`${reason}\``]);
  }
  const rows = [...together].map(([by, reasons]) => `| ${reasons.join(', ')} | ${by} |`);
  return `## What is held, and what releases it

Where going on could do harm, a registration is held: nothing more is tried by itself, whatever else is asked for. The
page and \`registrar status REGISTRATION\` show why and what releases it; so does \`hold\` in the API. What does not release
it answers 409 \`hold-not-released\` to \`retry\`, \`accept-current\` and \`overwrite\`. Retiring is always possible.

| Held with | Released by |
| --- | --- |
${rows.join('\n')}

Every other reason is released as \`OperationFailed\` is. Before \`registrar retry\` after \`RegistrationUnanswered\`, have
clients of this name that nobody holds removed at the health system. After \`SecretStoreConflict\` an administrator
decides: \`registrar accept-current\` takes the version that somebody else made current, once it is proved;
\`registrar overwrite\` puts the version of Registrar in its place, for every consumer.

\`registrar suspend\` stops a registration beside its phase: nothing is sent but what settles a request that was sent
before; what is asked for meanwhile waits, and nothing that waits can keep \`registrar resume\` from being carried out. A
secret that expires meanwhile is not replaced. One that shares a client looks at its holder's credential as soon as it
is resumed.

Behind any hold the answer of a request may lie in the spool of an instance that does not come back. Where \`retry\` is
refused, as after \`SecretStoreConflict\`, \`accept-current\`, \`overwrite\` or retiring gives that answer up: ten minutes
after it could not be found they go on without it, as soon as the request is settled. Should it come later it is kept.
`;
}
