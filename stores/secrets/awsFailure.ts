import { SecretStoreError, type SecretStoreErrorCode } from '../../domain/ports/secretStore.ts';

/** Error names of Secrets Manager and of AWS in general that a later try may not meet. */
const transientNames = new Set([
  'ExpiredTokenException',
  'InternalServiceError',
  'InternalFailure',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'ThrottlingException',
  'TooManyRequestsException',
]);

interface AwsErrorFacts {
  /** Error name as the server or the SDK gave it; letters only. */
  readonly name: string;
  /** Null when no answer came. */
  readonly status: number | null;
}

/** What is used of an error of the SDK: never its message, which may repeat the request. */
export function factsOf(error: unknown): AwsErrorFacts {
  const given = error instanceof Error ? error.name : '';
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : null;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : null;
  return {
    name: /^[A-Za-z]{1,60}$/.test(given) ? given : 'UnknownError',
    status: typeof status === 'number' ? status : null,
  };
}

function codeOf({ name, status }: AwsErrorFacts): SecretStoreErrorCode {
  if (name === 'ResourceNotFoundException') return 'not-found';
  if (name === 'ResourceExistsException') return 'conflict';
  if (status === null || status >= 500 || status === 429 || transientNames.has(name)) return 'unavailable';
  return 'refused';
}

/** What an operator must set when the SDK could not even make a request; null when it could. */
function configurationHint(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'CredentialsProviderError')
    return 'no AWS credentials were found; set the variables of the AWS SDK or give the machine a role';
  if (error.message === 'Region is missing') return 'no AWS region is set; set AWS_REGION';
  return null;
}

/** @param action what was tried, as in "could not {action}". */
export function awsFailure(action: string, error: unknown): SecretStoreError {
  if (error instanceof SecretStoreError) return error;
  const facts = factsOf(error);
  const hint = configurationHint(error);
  if (hint !== null) return new SecretStoreError('unavailable', `could not ${action}: ${hint}`);
  const code = codeOf(facts);
  const said = facts.status === null ? 'no answer' : `${facts.name}, status ${facts.status}`;
  return new SecretStoreError(code, `could not ${action} in AWS Secrets Manager (${said})`);
}
