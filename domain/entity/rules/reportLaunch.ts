import type { LaunchReport } from '../../people/launchReport.ts';
import { explain } from '../../reasons/index.ts';
import { reportScopes, withGrantedScopes } from '../../scopes/report.ts';
import { splitScopes } from '../../scopes/scope.ts';
import type { Draft } from '../draft.ts';
import { accepted, type Rule } from './rule.ts';

/**
 * What the application saw: nothing that Registrar does itself shows that a launch works. A failed one is no reason to
 * doubt the credential; a person looks at it.
 */
export const reportLaunch: Rule<'reportLaunch'> = {
  refusal({ current, pending }) {
    return current === null && pending === null ? 'There is no credential yet that a launch could have used.' : null;
  },

  begin(draft, operation) {
    const { details } = operation;
    if (details === undefined) return;
    const message = sentenceOf(details);
    const reason = details.outcome === 'success' ? 'LaunchSucceeded' : 'LaunchFailed';
    if (details.outcome === 'success') {
      draft.condition('LaunchProved', 'True', reason, message);
      draft.clearAttention('launch');
      noteGranted(draft, details.grantedScopes);
    } else {
      draft.condition('LaunchProved', 'False', reason, message);
      draft.attention('launch', reason, `${explain(reason)} ${message}`);
    }
    draft.event({ ...accepted(operation, message), type: 'launch.reported', reason });
  },
};

/** A client that was adopted has no report of its registration: what the application asks for stands in. */
function noteGranted(draft: Draft, granted: readonly string[] | null): void {
  const { scopes, config } = draft.state;
  if (granted === null) return;
  const requested = splitScopes(String(config.metadata['scope'] ?? ''));
  const view = scopes ?? reportScopes({ requested, advertised: null, registered: null });
  draft.set({ scopes: withGrantedScopes(view, granted) });
}

const launchNames = { ehr: 'An EHR launch', standalone: 'A standalone launch' } as const;

function sentenceOf({ outcome, mode, error, grantedScopes }: LaunchReport): string {
  const what = `${launchNames[mode]} was reported to have ${outcome === 'success' ? 'succeeded' : 'failed'}`;
  const told = error === null || error === '' ? '.' : `: ${error}${error.endsWith('.') ? '' : '.'}`;
  const count = grantedScopes === null ? '' : ` ${grantedScopes.length} scopes were granted.`;
  return `${what}${told}${count}`;
}
