// `bauta` as a command of its own, with an environment.
import { spawn } from 'node:child_process';
import { BAUTA } from './relay.mjs';

/** What it exited with and wrote; `input` is what it reads. */
export function run(args, environment = {}, input = '') {
  const { BAUTA_KEY, BAUTA_URL, ...others } = process.env;
  const child = spawn(BAUTA, args, { env: { ...others, ...environment } });
  const ran = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { ran[stream] += chunk; });
  child.stdin.on('error', () => {});  // what reads nothing may be gone already
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...ran }));
  });
}
