import fc from 'fast-check';

const filters = [[], ['category=laboratory'], ['category=a|b', 'status=final'], ['code=http://x.example/s|1&2']];

/** Resource scopes of SMART v1 and v2, with and without filters, letters in order. */
export const resourceScope = fc
  .record({
    context: fc.constantFrom('patient', 'user', 'system'),
    type: fc.constantFrom('*', 'Patient', 'Observation', 'Condition'),
    access: fc.oneof(
      fc.constantFrom('read', 'write', '*'),
      fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map((letters) => letters.join('')),
    ),
    filter: fc.constantFrom(...filters),
  })
  .map(({ context, type, access, filter }) => {
    const isVersionOne = ['read', 'write', '*'].includes(access);
    const query = isVersionOne || filter.length === 0 ? '' : `?${filter.map(encodeURIComponent).join('&')}`;
    return `${context}/${type}.${access}${query}`;
  });

export const plainScope = fc.constantFrom('launch', 'launch/patient', 'openid', 'fhirUser', 'offline_access');

/** What applications and servers write. */
export const anyScope = fc.oneof({ weight: 4, arbitrary: resourceScope }, { weight: 1, arbitrary: plainScope });

/** What hostile servers write. */
export const anyText = fc.oneof(
  anyScope,
  fc.string({ unit: 'binary' }),
  fc.string().map((text) => `patient/A.rs?${text}`),
);
