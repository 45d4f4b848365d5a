import { Confirm } from '../../components/Confirm.tsx';
import type { RegistrationView } from '../../http/shapes.ts';

/** Asks before a secret in use is replaced. */
export function ConfirmRotation(props: {
  view: RegistrationView;
  onCancel: () => void;
  onConfirm: (reason: string) => void;
}) {
  const { view, onCancel, onConfirm } = props;
  return (
    <Confirm title="Rotate the credential now?" name="Rotate now" onCancel={onCancel} onConfirm={onConfirm}>
      Registrar asks the authorization server of <b>{view.tenantId}</b> for a new secret, proves it at the token
      endpoint and only then makes it current in the secret store. The client id stays the same.
    </Confirm>
  );
}
