import { useEffect, useRef, useState } from 'react';
import type { RegistrationView } from '../../http/shapes.ts';

/** Asks before a secret in use is replaced. */
export function ConfirmRotation(props: {
  view: RegistrationView;
  onCancel: () => void;
  onConfirm: (reason: string) => void;
}) {
  const { view, onCancel, onConfirm } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  useEffect(() => {
    const opener = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="rotate-title"
      aria-describedby="rotate-text"
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(reason.trim());
        }}
      >
        <h2 id="rotate-title">Rotate the credential now?</h2>
        <p id="rotate-text">
          Registrar asks the authorization server of <b>{view.tenantId}</b> for a new secret, proves it at the token
          endpoint and only then makes it current in the secret store. The client id stays the same.
        </p>
        <label htmlFor="rotate-reason">Reason (optional, shown in the timeline)</label>
        <input
          id="rotate-reason"
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="buttons">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Rotate now
          </button>
        </div>
      </form>
    </dialog>
  );
}
