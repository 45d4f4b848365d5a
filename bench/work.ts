/** The application that is registered everywhere; the plain script sends the same metadata. */
export const applicationId = 'bench-app';

export const clientMetadata = {
  client_name: 'Registrar benchmark application',
  redirect_uris: ['https://app.example/callback'],
  scope: 'launch openid fhirUser offline_access patient/Observation.rs patient/Patient.rs',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  contacts: ['operations@app.example'],
};

export const application = { clientMetadata, launchUris: ['https://app.example/launch'] };
