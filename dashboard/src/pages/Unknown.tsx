import { useTitle } from '../hooks.ts';

export function Unknown() {
  useTitle('No such page');
  return (
    <>
      <h1>No such page</h1>
      <p>
        The address names no page of Registrar. <a href="#/">All registrations</a>
      </p>
    </>
  );
}
