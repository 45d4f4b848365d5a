import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** Asks before something is done that others feel, and why it is done. */
export function Confirm(props: {
  title: string;
  /** What happens then. */
  children: ReactNode;
  /** Of the button that does it. */
  name: string;
  onCancel: () => void;
  onConfirm: (reason: string) => void;
}) {
  const { onCancel, onConfirm } = props;
  const id = useId();
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
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
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
        <h2 id={`${id}-title`}>{props.title}</h2>
        <p id={`${id}-text`}>{props.children}</p>
        <label htmlFor={`${id}-reason`}>Reason (optional, shown in the timeline)</label>
        <input
          id={`${id}-reason`}
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
            {props.name}
          </button>
        </div>
      </form>
    </dialog>
  );
}
