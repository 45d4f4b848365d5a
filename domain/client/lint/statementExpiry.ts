import { readJwtExpiry } from '../../text/jsonWebToken.ts';
import { finding, type LintFinding, type Metadata, textOf } from './finding.ts';

/**
 * The end of the operator's software statement (RFC 7591 section 2.3). Its form is judged elsewhere; whether it is
 * approved is the authorization server's to say.
 *
 * @param now milliseconds since the epoch, UTC; null = its end is not judged.
 */
export function lintStatementExpiry(metadata: Metadata, now: number | null): LintFinding[] {
  const expiresAt = readJwtExpiry(textOf(metadata, 'software_statement') ?? '');
  if (expiresAt === null || now === null || expiresAt > now) return [];
  const message = 'The software statement has ended; ask whoever signed it for a new one.';
  return [finding('error', 'software-statement-expired', '/software_statement', message)];
}
