import type { DiscoveryProposal, Evidence, Finding } from '../../../../domain/registration/view.ts';
import type { DiscoverySource } from '../../../../domain/words.ts';
import { Facts, Section } from '../../components/Facts.tsx';
import { Pill } from '../../components/Pill.tsx';
import { Time } from '../../components/Time.tsx';
import type { RegistrationView } from '../../http/shapes.ts';
import { registrationHash } from '../../model/route.ts';
import type { Tone } from '../../model/states.ts';

const sourceTexts: Readonly<Record<DiscoverySource, string>> = {
  'smart-configuration': 'from the SMART configuration',
  'capability-statement': 'from the CapabilityStatement',
  'oauth-authorization-server': 'from the authorization server metadata (RFC 8414)',
  'openid-configuration': 'from the OpenID configuration',
  operator: 'given by an administrator',
  none: 'named by no document',
};

const severityTones: Readonly<Record<Finding['severity'], Tone>> = { info: 'idle', warning: 'waiting', error: 'bad' };

/** A URL of a peer: shown as text, never as a link to follow. */
function Endpoint({ url, source }: { url: string | null; source?: DiscoverySource }) {
  return (
    <>
      {url === null ? <span className="none">none</span> : <code className="url">{url}</code>}
      {source !== undefined && <span className="source">{sourceTexts[source]}</span>}
    </>
  );
}

/** Endpoints, which document named each, and what was odd about the documents. */
export function Discovery({ view }: { view: RegistrationView }) {
  const discovery = view.discovery;
  return (
    <Section id="endpoints" title="Endpoints">
      <Facts
        of={[
          ['FHIR base URL', <Endpoint key="base" url={view.fhirBaseUrl} />],
          ...(discovery === null
            ? []
            : ([
                ['Token', <Endpoint key="token" url={discovery.tokenEndpoint} source={discovery.source} />],
                [
                  'Authorization',
                  <Endpoint key="authorize" url={discovery.authorizationEndpoint} source={discovery.source} />,
                ],
                [
                  'Registration',
                  <Endpoint
                    key="register"
                    url={discovery.registrationEndpoint}
                    source={discovery.registrationSource}
                  />,
                ],
                ...(discovery.candidate === undefined
                  ? []
                  : ([
                      [
                        'Waits for an administrator',
                        <Endpoint
                          key="candidate"
                          url={discovery.candidate.registrationEndpoint}
                          source={discovery.candidate.source}
                        />,
                      ],
                      [
                        'Evidence of it',
                        <code key="evidence" className="url">
                          {discovery.candidate.evidenceHash}
                        </code>,
                      ],
                    ] as const)),
                ...(discovery.proposal === undefined ? [] : proposed(discovery.proposal)),
                ['Issuer', <Endpoint key="issuer" url={discovery.issuer} />],
              ] as const)),
          ['Method', view.method],
          ['Client', <Binding key="binding" view={view} />],
        ]}
      />
      {discovery === null && <p className="none">Not discovered yet.</p>}
      {discovery !== null && <Findings findings={discovery.findings} />}
      {discovery !== null && <Documents evidence={discovery.evidence} />}
    </Section>
  );
}

function Binding({ view }: { view: RegistrationView }) {
  const { clientBinding, holderRegistrationId: holder } = view;
  if (clientBinding === 'own') return 'held by this registration';
  if (holder === undefined) return 'shared with another registration';
  return (
    <>
      shared; held by <a href={registrationHash(holder)}>{holder}</a>
    </>
  );
}

/** What was read last at a client that works on with the approved endpoints. */
function proposed({ view, registrationEndpoint, evidenceHash, changed }: DiscoveryProposal) {
  const endpoints = [
    ['registrationEndpoint', 'Registration, as read last', registrationEndpoint],
    ['tokenEndpoint', 'Token, as read last', view.tokenEndpoint],
    ['authorizationEndpoint', 'Authorization, as read last', view.authorizationEndpoint],
  ] as const;
  const rows = endpoints
    .filter(([name]) => changed.includes(name))
    .map(([name, label, url]) => [label, <Endpoint key={name} url={url} />] as const);
  const hash = (
    <code key="evidence" className="url">
      {evidenceHash}
    </code>
  );
  return [...rows, ['Evidence of it', hash] as const];
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <>
      <h3>Findings</h3>
      <ul className="findings">
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.message}`}>
            <Pill tone={severityTones[finding.severity]}>{finding.severity}</Pill>
            <span>
              {finding.message} <code>{finding.code}</code>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Documents({ evidence }: { evidence: readonly Evidence[] }) {
  if (evidence.length === 0) return null;
  return (
    <details>
      <summary>Documents read ({evidence.length})</summary>
      <ul className="documents">
        {evidence.map((document) => (
          <li key={`${document.url} ${document.fetchedAt}`}>
            <code className="url">{document.url}</code>
            <span>
              status {document.status}, {document.bytes} bytes, <Time at={document.fetchedAt} />
            </span>
            <span>
              SHA-256 <code>{document.sha256}</code>
            </span>
            {Object.entries(document.headers ?? {}).map(([name, text]) => (
              <span key={name}>
                {name}: <code>{text}</code>
              </span>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
