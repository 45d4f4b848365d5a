import { runCommandLine } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Entry of the `registrar` command; `bin/registrar.js` starts it under the pinned Node. */
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
