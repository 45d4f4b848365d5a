const contexts = ['patient', 'user', 'system'];
const resourceTypes = [
  '*',
  'Patient',
  'Observation',
  'Condition',
  'MedicationRequest',
  'AllergyIntolerance',
  'Encounter',
];
const accesses = ['read', 'write', '*', 'r', 's', 'rs', 'cud', 'cruds'];

/** Scopes that the simulated servers know; oidc-provider refuses to register others. */
export const scopes: readonly string[] = [
  'openid',
  'fhirUser',
  'profile',
  'offline_access',
  'online_access',
  'launch',
  'launch/patient',
  'launch/encounter',
  ...contexts.flatMap((context) =>
    resourceTypes.flatMap((type) => accesses.map((access) => `${context}/${type}.${access}`)),
  ),
];
