import type { ReactNode } from 'react';
import { Facts, Section } from '../../components/Facts.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';

const strategyTexts = {
  update: 'update: the server issues a new secret when the client is updated (RFC 7592)',
  replace: 'replace: a second client takes the place of the first',
  admin: "admin: the vendor's own call",
  key: 'key: the next key is published before it signs',
  manual: 'manual: a person replaces it',
  none: 'none: nothing expires; it is proved on a schedule',
} as const;

/** Facts about the credential. There is no secret among them: the API has none to give. */
export function Credential({ view }: { view: RegistrationView }) {
  const credential = view.credential;
  if (credential === null) {
    return (
      <Section id="credential" title="Credential">
        <p className="none">There is no client yet.</p>
      </Section>
    );
  }
  const isKept = view.phase !== 'retired';
  const expiry: ReactNode =
    credential.expiresAt === null ? (
      credential.expiryKnown ? (
        'never'
      ) : (
        'unknown: the server did not say'
      )
    ) : (
      <Time at={credential.expiresAt} seconds />
    );
  return (
    <Section id="credential" title="Credential">
      <Facts
        of={[
          ['Client id', <code key="client">{credential.clientId}</code>],
          ...(isKept ? [] : ([['Secret', 'deleted with the registration; this is what it was']] as const)),
          ['Secret expires', isKept ? expiry : null],
          [
            'Next rotation',
            isKept && credential.rotationDueAt ? <Time key="due" at={credential.rotationDueAt} seconds /> : null,
          ],
          ['Proved', credential.provedAt ? <Time key="proved" at={credential.provedAt} seconds /> : 'not yet'],
          ['Issued', <Time key="issued" at={credential.issuedAt} seconds />],
          ['Client expires', credential.clientExpiresAt && <Time key="end" at={credential.clientExpiresAt} />],
          ['Authentication', <code key="method">{credential.authMethod}</code>],
          ['Rotation', strategyTexts[credential.strategy]],
          ...(credential.manageable === undefined
            ? []
            : ([['Managed from here', managed(credential.manageable)]] as const)),
          [
            'Stored in',
            isKept ? (
              <span key="ref">
                {credential.ref.store}: <code>{credential.ref.name}</code>
              </span>
            ) : null,
          ],
          ['Version', isKept ? <code key="version">{credential.ref.versionId}</code> : null],
          ['Application revision', revision(view.appliedRevision, view.desiredRevision)],
          ...(view.ownRevision === undefined || view.ownRevision.desired === 0
            ? []
            : ([['Own revision', revision(view.ownRevision.applied, view.ownRevision.desired)]] as const)),
        ]}
      />
    </Section>
  );
}

function managed(manageable: boolean): string {
  return manageable ? 'yes, by requests (RFC 7592)' : 'no: a person changes it at the health system';
}

function revision(applied: number | null, desired: number): string {
  return applied === desired ? String(desired) : `${applied ?? 'none'} registered, ${desired} wanted`;
}
