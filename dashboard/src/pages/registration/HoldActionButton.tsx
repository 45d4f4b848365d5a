import { useState } from 'react';
import { Action } from '../../components/Action.tsx';
import { Confirm } from '../../components/Confirm.tsx';
import { Problem } from '../../components/Problem.tsx';
import type { HoldAction } from '../../model/holds.ts';
import type { Operation } from './useOperation.ts';

/** Starts what stops a registration or lets it go on, after a word on what happens then. */
export function HoldActionButton({ action, operation }: { action: HoldAction; operation: Operation }) {
  const [confirming, setConfirming] = useState(false);
  const { kind, path, name, confirm } = action;
  const start = (reason: string) => void operation.start(kind, 'POST', path, reason === '' ? {} : { reason });
  return (
    <>
      <Action
        name={name}
        availability={action.availability}
        // What waits for a suspended registration ends only once it is resumed.
        busy={operation.busy && kind !== 'resume'}
        onStart={() => (confirm === null ? start('') : setConfirming(true))}
      />
      {operation.problem?.kind === kind && <Problem problem={operation.problem.problem} />}
      {confirming && confirm !== null && (
        <Confirm
          title={confirm.title}
          name={name}
          onCancel={() => setConfirming(false)}
          onConfirm={(reason) => {
            setConfirming(false);
            start(reason);
          }}
        >
          {confirm.text}
        </Confirm>
      )}
    </>
  );
}
