const application = `registrar application apply my-app.json`;
const tenant = `registrar tenant add mercy --name "Mercy Hospital" \\
  --application my-app --fhir-base-url https://fhir.mercy.example/r4`;

function curl(origin: string): string {
  return `curl ${origin}/v1/tenants \\
  -H "Authorization: Bearer $(cat .registrar/admin-key)" \\
  -H "Content-Type: application/json" \\
  -d '{"tenantId": "mercy", "name": "Mercy Hospital", "registrations": [{
        "applicationId": "my-app", "fhirBaseUrl": "https://fhir.mercy.example/r4"}]}'`;
}

/** What to do when there is nothing yet. */
export function Empty() {
  return (
    <section className="panel empty" aria-labelledby="empty">
      <h2 id="empty">No health system yet</h2>
      <p>Describe your application once, then add the first tenant: a health system where it shall be registered.</p>
      <h3>1. The application</h3>
      <p>
        A JSON file with its client metadata; <code>registrar application apply --help</code> shows one.
      </p>
      <pre>
        <code>{application}</code>
      </pre>
      <h3>2. The first tenant</h3>
      <pre>
        <code>{tenant}</code>
      </pre>
      <p>or, without the command line:</p>
      <pre>
        <code>{curl(window.location.origin)}</code>
      </pre>
      <p>
        It appears here at once. All requests are described in the <a href="/docs">API explorer</a>.
      </p>
    </section>
  );
}
