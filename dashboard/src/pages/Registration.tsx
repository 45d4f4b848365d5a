import { useCallback, useEffect } from 'react';
import { attentionOf } from '../../../domain/people/attention.ts';
import { HealthPill, PhasePill } from '../components/Pill.tsx';
import { Problem } from '../components/Problem.tsx';
import { Time } from '../components/Time.tsx';
import { useGathered, useLoaded, useTitle } from '../hooks.ts';
import type { RegistrationDetail, RegistrationView, TenantRecord } from '../http/shapes.ts';
import { nextStepOf } from '../model/nextStep.ts';
import { words } from '../model/states.ts';
import { useSession } from '../session.ts';
import { Actions } from './registration/Actions.tsx';
import { AttentionBanner } from './registration/AttentionBanner.tsx';
import { Conditions } from './registration/Conditions.tsx';
import { Credential } from './registration/Credential.tsx';
import { Discovery } from './registration/Discovery.tsx';
import { Hold } from './registration/Hold.tsx';
import { Scopes } from './registration/Scopes.tsx';
import { Timeline } from './registration/Timeline.tsx';
import { useOperation } from './registration/useOperation.ts';
import { useTimeline } from './registration/useTimeline.ts';

/** Everything about one registration. */
export function Registration({ registrationId }: { registrationId: string }) {
  const view = useLoaded<RegistrationDetail>(`/v1/registrations/${registrationId}`);
  const timeline = useTimeline(registrationId);
  const operation = useOperation(registrationId, timeline.events);
  const { subscribe, announce } = useSession();
  useTitle(registrationId);

  const gather = useGathered(view.reload);
  const { add, reload } = timeline;
  const reread = useCallback(() => {
    gather();
    reload();
  }, [gather, reload]);
  useEffect(
    () =>
      subscribe((event) => {
        if (event === null) return reread();
        if (event.registrationId !== registrationId) return;
        add(event);
        announce(`${words(event.type.replace('.', ' '))}. ${event.message}`);
        gather();
      }),
    [subscribe, announce, registrationId, add, gather, reread],
  );

  if (view.data === null) {
    return (
      <>
        <Back />
        <h1>{registrationId}</h1>
        {view.problem === null ? (
          <p className="loading">Reading…</p>
        ) : (
          <Problem problem={view.problem} onRetry={gather} />
        )}
      </>
    );
  }
  return (
    <>
      <Back />
      <Heading view={view.data} />
      {view.problem !== null && <Problem problem={view.problem} onRetry={gather} />}
      <AttentionBanner view={view.data} />
      <NextStep view={view.data} />
      <Hold view={view.data} operation={operation} />
      <Actions view={view.data} operation={operation} />
      <div className="columns">
        <div>
          <Credential view={view.data} />
          <Conditions conditions={view.data.conditions} />
          <Scopes scopes={view.data.scopes} />
        </div>
        <div>
          <Discovery view={view.data} />
          <Timeline timeline={timeline} />
        </div>
      </div>
    </>
  );
}

/** Where the banner says nothing of it: what goes on, or who does what next. That nothing is sent is said always. */
function NextStep({ view }: { view: RegistrationView }) {
  const step = attentionOf(view) === null || view.suspended !== undefined ? nextStepOf(view) : null;
  return step === null ? null : <p className="notice">{step}</p>;
}

function Back() {
  return (
    <p className="back">
      <a href="#/">All registrations</a>
    </p>
  );
}

function Heading({ view }: { view: RegistrationView }) {
  const tenant = useLoaded<TenantRecord>(`/v1/tenants/${view.tenantId}`);
  return (
    <header className="heading">
      <h1>{tenant.data?.name ?? view.tenantId}</h1>
      <p className="id">
        <code>{view.registrationId}</code>
      </p>
      <p className="states">
        <PhasePill phase={view.phase} />
        <span className="axis">
          Credential <HealthPill health={view.credentialHealth} />
        </span>
        {view.nextAttemptAt !== null && (
          <span>
            Next attempt <Time at={view.nextAttemptAt} seconds />
          </span>
        )}
      </p>
    </header>
  );
}
