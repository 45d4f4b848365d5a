import { useState } from 'react';
import type { Outcome } from '../../../../domain/operations/outcome.ts';
import type { OperationKind } from '../../../../domain/operations/request.ts';
import { Action } from '../../components/Action.tsx';
import { Offered } from '../../components/Form.tsx';
import { Problem } from '../../components/Problem.tsx';
import type { RegistrationDetail } from '../../http/shapes.ts';
import {
  approvalOf,
  discoverAvailability,
  reportLaunchAvailability,
  rotateAvailability,
  shareAvailability,
  supplyCredentialAvailability,
  supplyTokenAvailability,
  updateTaskAvailability,
  verifyAvailability,
} from '../../model/actions.ts';
import { suspension } from '../../model/holds.ts';
import { revisionGap } from '../../model/revisions.ts';
import { useSession } from '../../session.ts';
import { ApproveEndpoint } from './ApproveEndpoint.tsx';
import { ConfirmRotation } from './ConfirmRotation.tsx';
import { HoldActionButton } from './HoldActionButton.tsx';
import { NoteProgress } from './NoteProgress.tsx';
import { ReportLaunch } from './ReportLaunch.tsx';
import { Revisions } from './Revisions.tsx';
import { ShareClient } from './ShareClient.tsx';
import { SupplyCredential } from './SupplyCredential.tsx';
import { SupplyToken } from './SupplyToken.tsx';
import { Task } from './Task.tsx';
import type { Operation } from './useOperation.ts';

const underWay = {
  rotate: 'Rotation asked for; waiting for its outcome…',
  verify: 'Proof asked for; waiting for its outcome…',
  discover: 'Discovery asked for; waiting for its outcome…',
  approveEndpoint: 'Approval handed over…',
  supplyInitialAccessToken: 'Token handed over…',
  supplyCredential: 'Credential handed over; waiting for its proof…',
  retire: 'Retirement asked for; waiting for its outcome…',
  reportLaunch: 'Launch reported…',
  updateTask: 'Task noted…',
  shareClient: 'Shared client asked for; waiting for its outcome…',
  changeMetadata: 'Change asked for; waiting for its outcome…',
  suspend: 'Suspending…',
  resume: 'Resuming…',
  retry: 'Retry asked for…',
  acceptCurrent: 'Asked for; the current version is being proved…',
  overwrite: 'Asked for; the version of Registrar is being made current…',
} as const satisfies Record<OperationKind, string>;

const ends: Readonly<Record<Outcome, string>> = { succeeded: 'Done', deferred: 'Put off', failed: 'Failed' };

/** What a person can do here, and how what was started goes on. */
export function Actions({ view, operation }: { view: RegistrationDetail; operation: Operation }) {
  const { role } = useSession();
  const [confirming, setConfirming] = useState(false);
  const { busy, start } = operation;
  const shared = (kind: OperationKind) => ({
    busy,
    refusal: operation.problem?.kind === kind && <Problem problem={operation.problem.problem} />,
  });

  const approval = approvalOf(view, role);
  const gap = revisionGap(view, role);
  const stop = suspension(view, role);
  const discover = discoverAvailability(view, role);
  return (
    <section className="actions" aria-label="Actions">
      <div className="buttons">
        <Action
          name="Rotate"
          primary
          availability={rotateAvailability(view, role)}
          busy={busy}
          onStart={() => setConfirming(true)}
        />
        <Action
          name="Verify"
          availability={verifyAvailability(view, role)}
          busy={busy}
          onStart={() => start('verify', 'POST', 'verify', {})}
        />
        {discover !== null && (
          <Action
            name="Discover"
            availability={discover}
            busy={busy}
            onStart={() => void start('discover', 'POST', 'discover', {})}
          />
        )}
        {/* Another kind of button is another dialog: one that is open does not become its opposite. */}
        {stop !== null && <HoldActionButton key={stop.kind} action={stop} operation={operation} />}
      </div>
      {shared('rotate').refusal}
      {shared('verify').refusal}
      {discover !== null && shared('discover').refusal}
      <Offered availability={supplyTokenAvailability(view, role)} what="Supply the initial access token">
        <SupplyToken
          {...shared('supplyInitialAccessToken')}
          onSupply={(token) => start('supplyInitialAccessToken', 'PUT', 'initial-access-token', { token })}
        />
      </Offered>
      {approval !== null && (
        <ApproveEndpoint
          // A box that was ticked for one endpoint says nothing about another.
          key={`${approval.registrationEndpoint} ${approval.evidenceHash}`}
          {...shared('approveEndpoint')}
          approval={approval}
          onApprove={(pair) => void start('approveEndpoint', 'POST', 'approve-endpoint', pair)}
        />
      )}
      <Task view={view}>
        <Offered availability={updateTaskAvailability(view, role)} what="Note progress">
          {view.task !== undefined && (
            <NoteProgress
              {...shared('updateTask')}
              task={view.task}
              onNote={(body) => start('updateTask', 'PATCH', 'task', body)}
            />
          )}
        </Offered>
      </Task>
      <Offered availability={supplyCredentialAvailability(view, role)} what="Supply the credential">
        <SupplyCredential
          {...shared('supplyCredential')}
          onSupply={(credential) => start('supplyCredential', 'POST', 'credential', credential)}
        />
      </Offered>
      <Offered availability={shareAvailability(view, role)} what="Share a client that the application has here already">
        <ShareClient
          {...shared('shareClient')}
          holders={view.shareableWith ?? []}
          onShare={(shareWith) => void start('shareClient', 'PATCH', '', { shareWith })}
        />
      </Offered>
      {gap !== null && (
        <Revisions
          {...shared('changeMetadata')}
          gap={gap}
          onApply={() => void start('changeMetadata', 'PATCH', '', { revision: view.desiredRevision })}
        />
      )}
      <Offered availability={reportLaunchAvailability(view, role)} what="Report a launch">
        <ReportLaunch
          {...shared('reportLaunch')}
          onReport={(launch) => start('reportLaunch', 'POST', 'report-launch', launch)}
        />
      </Offered>
      <Progress operation={operation} />
      {confirming && (
        <ConfirmRotation
          view={view}
          onCancel={() => setConfirming(false)}
          onConfirm={(reason) => {
            setConfirming(false);
            void start('rotate', 'POST', 'rotate', reason === '' ? {} : { reason });
          }}
        />
      )}
    </section>
  );
}

function Progress({ operation: { kind, end } }: { operation: Operation }) {
  return (
    <p role="status" aria-label="What was asked for" className={end === null ? 'progress' : `progress ${end.outcome}`}>
      {end === null ? kind !== null && underWay[kind] : `${ends[end.outcome]}: ${end.message}`}
    </p>
  );
}
