import { badInput, type CommandError } from './errors.ts';

/** Options that people try, each with what to use instead. */
const secretOptions: Readonly<Record<string, string>> = {
  '--initial-access-token': 'Use --initial-access-token-file FILE or --initial-access-token-stdin',
  '--iat': 'Use --initial-access-token-file FILE or --initial-access-token-stdin',
  '--token': 'Use --initial-access-token-file FILE or --initial-access-token-stdin',
  '--key': 'Use --key-file FILE or --key-stdin',
  '--api-key': 'Use --key-file FILE or --key-stdin',
  '--client-secret': 'Write it into a file, or use --secret-file FILE or --secret-stdin',
  '--secret': 'Write it into a file, or use --secret-file FILE or --secret-stdin',
  '--registration-access-token': 'Use --registration-access-token-file FILE',
  '--password': 'Write it into a file',
};

const apiKey = /rgk_[A-Za-z0-9_-]{16,}/;
const jsonWebToken = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/;
const tokenLike = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/_=-]{32,}$/;

function looksSecret(argument: string): boolean {
  const value = argument.startsWith('--') ? argument.slice(argument.indexOf('=') + 1) : argument;
  return apiKey.test(argument) || jsonWebToken.test(argument) || (tokenLike.test(value) && !value.includes('/'));
}

/**
 * Why the arguments cannot be used when one of them is, or looks like, a secret: every user of the machine can read the
 * arguments of a process, and shells keep them. The value itself is never repeated.
 */
export function refuseSecretArguments(args: readonly string[]): CommandError | null {
  for (const [index, argument] of args.entries()) {
    const option = argument.split('=', 1)[0] ?? '';
    const instead = Object.hasOwn(secretOptions, option) ? secretOptions[option] : undefined;
    if (instead !== undefined)
      return badInput(option, 'a secret is never an argument: others on this machine see it', instead);
    if (looksSecret(argument))
      return badInput(
        `argument ${index + 1}`,
        'it looks like a secret, and others on this machine see arguments',
        'Hand it over in a file or by standard input, and replace this one: it was visible',
      );
  }
  return null;
}
