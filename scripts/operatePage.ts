import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasons } from '../domain/reasons/index.ts';
import { type CredentialHealth, credentialHealths, type Phase, phases } from '../domain/words.ts';
import { holdSection } from './holdSection.ts';
import { retrySection } from './retryTables.ts';

/**
 * Makes `docs/operate.md` from the vocabularies and the pace of `domain/`, so that the page cannot fall behind them.
 * `node scripts/operatePage.ts` writes it; with `--check` it only tells whether it is current.
 */
const phaseTexts: Readonly<Record<Phase, { readonly means: string; readonly next: string }>> = {
  discovering: {
    means: 'Registrar reads the discovery documents of the FHIR base URL.',
    next: 'Nothing. When it lasts, "next attempt" says when it is tried again and the timeline why.',
  },
  awaiting_approval: {
    means:
      'Only the issuer’s document names a registration endpoint, or it is on another site than the FHIR base URL, and nobody has approved it.',
    next: 'An administrator compares the endpoint with what the health system says, and approves it.',
  },
  awaiting_token: {
    means: 'The authorization server wants an initial access token, or Registrar does by its own rule: see the reason.',
    next: 'Get one from the health system and supply it on the page of the registration, or with registrar initial-access-token supply.',
  },
  registering: {
    means: 'The client is being registered (RFC 7591).',
    next: 'Nothing. A request without an answer is settled by Registrar, or becomes a reason below.',
  },
  manual_required: {
    means: 'The health system has no usable registration endpoint: a person registers the client.',
    next: 'Carry it out with the vendor or the health system.',
  },
  submitted: { means: 'A person has asked the health system to register the client.', next: 'Wait for its answer.' },
  verifying: { means: 'The credential is being proved at the token endpoint.', next: 'Nothing.' },
  awaiting_enablement: {
    means: 'The client exists and does not work yet: a person at the health system enables it.',
    next: 'Ask the health system to enable the client.',
  },
  active: {
    means: 'The credential was proved and is kept alive. Whether a launch works is the condition LaunchProved.',
    next: 'Nothing.',
  },
  suspended: {
    means: 'A person has suspended it: nothing is sent.',
    next: 'Resume it when it shall go on; it goes on in the phase that it was in.',
  },
  retiring: { means: 'The client is being deleted at the authorization server.', next: 'Nothing.' },
  retired: { means: 'It has ended. The timeline stays.', next: 'Nothing.' },
};

const healthTexts: Readonly<Record<CredentialHealth, { readonly means: string; readonly tonight: string }>> = {
  none: { means: 'There is no credential yet.', tonight: 'No. See the phase.' },
  healthy: { means: 'It was proved, and its rotation is not due.', tonight: 'No.' },
  due: { means: 'Its rotation is due and starts by itself.', tonight: 'No.' },
  rotating: { means: 'It is being replaced. The current one works until the new one is proved.', tonight: 'No.' },
  overdue: {
    means: 'It should have been replaced; it still works. Registrar goes on trying.',
    tonight: 'Only if it expires before the working day: see the expiry, then the reason.',
  },
  expired: { means: 'Its end has passed: launches fail now.', tonight: 'Yes. Follow the reason.' },
  rejected: { means: 'The token endpoint rejects it: launches fail now.', tonight: 'Yes. Follow the reason.' },
  unknown: {
    means: 'The token endpoint does not tell whether it is good, or the server does not say when it expires.',
    tonight: 'No, unless launches are reported to fail.',
  },
};

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The text of `docs/operate.md`. */
export function operatePage(): string {
  const known = Object.entries(reasons);
  const forPeople = known.filter(([, reason]) => reason.action !== null);
  const informative = known.filter(([, reason]) => reason.action === null);
  return `# Operate Registrar

<!-- Made by scripts/operatePage.ts from domain/reasons/index.ts, domain/words.ts, domain/credential/pacing.ts and domain/registration/hold.ts. Change those, then run it. -->

## At 3 a.m.

1. \`registrar status --attention\`, or the first section of the page: each line is a reason and what to do. One
   that names a server stands for all registrations there: its proofs pause, and nothing else of them does.
2. Is a credential \`expired\` or \`rejected\`? Then users cannot launch there now. Everything else can wait for the day,
   unless the expiry is nearer than the day.
3. \`registrar status REGISTRATION\` shows the conditions and the latest events: what the health system answered.
4. Follow the reason in the table below. \`registrar verify REGISTRATION --wait\` proves the credential again,
   \`registrar rotate REGISTRATION --wait\` replaces it. Neither can lose a working credential: a new one becomes current
   only after it was proved.
5. Does Registrar itself not answer? \`/healthz\` says whether the process lives, \`/readyz\` which part it cannot reach.
   Credentials in the secrets manager go on working while it is down; stopping and starting it loses nothing.

## Phases

${row('Phase', 'What it means', 'What to do')}
${row('---', '---', '---')}
${phases.map((phase) => row(`\`${phase}\``, phaseTexts[phase].means, phaseTexts[phase].next)).join('\n')}

## Credential health

${row('Health', 'What it means', 'Get up for it?')}
${row('---', '---', '---')}
${credentialHealths.map((health) => row(`\`${health}\``, healthTexts[health].means, healthTexts[health].tonight)).join('\n')}

${retrySection()}
${holdSection()}
## Orphans

An orphan is a client that may exist at a health system and that no registration uses: its answer was lost or came too
late, another client took its place, or the server could not delete it. \`GET /v1/orphans\` lists them with client id,
name, reason and time. Have the health system delete it where nobody uses it; Registrar does nothing with it by itself.
This version takes no entry off the list, and an entry asks for nothing once the client is deleted.

## Reasons that ask for a person

${row('Reason', 'What is the case', 'What to do')}
${row('---', '---', '---')}
${forPeople.map(([name, { sentence, action }]) => row(`\`${name}\``, sentence, action ?? '')).join('\n')}

## Reasons that only inform

${row('Reason', 'What is the case')}
${row('---', '---')}
${informative.map(([name, { sentence }]) => row(`\`${name}\``, sentence)).join('\n')}
`;
}

const page = join(import.meta.dirname, '../docs/operate.md');

/** Whether the page in the tree says what `domain/` says. */
export async function isOperatePageCurrent(): Promise<boolean> {
  return (await readFile(page, 'utf8').catch(() => null)) === operatePage();
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) await writeFile(page, operatePage());
  else if (!(await isOperatePageCurrent())) {
    console.error('docs/operate.md is not current. Run: node scripts/operatePage.ts');
    process.exitCode = 1;
  }
}
