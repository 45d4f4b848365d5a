import { type Command, Option } from 'commander';
import type { Packet } from '../../domain/people/packets/packet.ts';
import { type ConnectionOptions, connect, withConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { plainText } from '../plainText.ts';
import { type Context, printJson } from './context.ts';
import { checkRegistrationId } from './operations.ts';

const mediaTypes = { markdown: 'text/markdown', html: 'text/html', json: 'application/json' } as const;
type Format = keyof typeof mediaTypes;

interface PacketOptions extends ConnectionOptions {
  readonly format?: Format;
}

/** `packet`. */
export function addPacketCommand(program: Command, { terminal }: Context): void {
  withConnection(
    program
      .command('packet')
      .argument('<registration>', 'registration id, such as mercy.chart-app.production.main')
      .addOption(
        new Option('--format <format>', 'how it is written (default: markdown)').choices(Object.keys(mediaTypes)),
      ),
  )
    .description('everything that a portal or a health system asks to register the client by hand')
    .addHelpText(
      'after',
      `
Examples:
  $ registrar packet mercy.chart-app.production.main
  $ registrar packet mercy.chart-app.production.main --format html > packet.html

It holds no secret.`,
    )
    .action(async (registrationId: string, options: PacketOptions) => {
      checkRegistrationId(registrationId);
      const format = formatOf(options);
      const client = await connect(terminal, options);
      const path = `/v1/registrations/${registrationId}/packet?format=${format}`;
      if (format === 'json') return printJson(terminal, await client.get<Packet>(path));
      const text = await client.getText(path, mediaTypes[format]);
      for (const line of text.trimEnd().split('\n')) terminal.out(plainText(line));
    });
}

function formatOf({ format, json }: PacketOptions): Format {
  if (json !== true) return format ?? 'markdown';
  if (format !== undefined && format !== 'json')
    throw badInput('--format', `it contradicts --json`, 'Give one of the two');
  return 'json';
}
