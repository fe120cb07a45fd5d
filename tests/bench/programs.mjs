import { execFile, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from '../e2e/support/http.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '..', '..');
export const BENCH = process.env.BAUTA_BENCH ?? join(ROOT, 'build/release/bin/bauta_bench');
/** What benchmarks write: worlds that are kept, and what a run leaves nothing of. */
export const FOLDER = join(ROOT, 'build/bench');

/** As many as the relay has event loops. */
export const THREADS = 2;
export const CONNECTIONS = 256;

const run = promisify(execFile);

/** A command of bauta_bench that ends by itself: the JSON that it prints. */
export async function measure(...args) {
  const { stdout } = await run(BENCH, args.map(String), { timeout: 1_800_000 });
  return stdout.trim() ? JSON.parse(stdout) : null;
}

/** A server that runs until it is stopped; it has said where it listens. */
export class Server {
  static async start(program, ...args) {
    const server = new Server();
    server.child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    server.ended = new Promise((ended) => { server.child.on('close', ended); });
    server.address = await new Promise((resolve, reject) => {
      let said = '';
      server.child.on('error', reject);
      server.child.on('close', () => reject(new Error(`${program} ${args.join(' ')} ended before it listened`)));
      server.child.stdout.setEncoding('utf8').on('data', (chunk) => {
        said += chunk;
        const match = said.match(/listening (\S+)/);
        if (match) resolve(match[1]);
      });
    });
    return server;
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** A carrier that takes everything at once, unless it is told to be slow. */
export class Carrier extends Server {
  static async start(textsMax) {
    const server = await Server.start(BENCH, 'carrier', '--threads', 1, '--texts', textsMax);
    return Object.setPrototypeOf(server, Carrier.prototype);
  }

  get url() { return `http://${this.address}`; }
  async arrived() { return (await request('GET', this.address, '/arrived')).json; }
  /** Slow: no text is answered within a benchmark. */
  answerAfter(milliseconds) { return request('POST', this.address, `/delay/${milliseconds}`, { body: '' }); }
  forget() { return request('POST', this.address, '/forget', { body: '' }); }
}

/**
 * Load of wrk's on `address` for so many seconds, with the texts from `texts.from` on, which is moved on behind those that were sent.
 */
export async function load(address, texts, seconds) {
  const { stdout } = await run('wrk', ['-t', THREADS, '-c', CONNECTIONS, '-d', `${seconds}s`, '--timeout', '10s',
    '-s', join(HERE, 'texts.lua'), `http://${address}/`, '--', texts.file, texts.from.join(',')].map(String));
  const said = stdout.match(/^JSON (.*)$/m);
  if (!said) throw new Error(`wrk said:\n${stdout}`);
  const result = JSON.parse(said[1]);
  texts.from = result.positions;
  return result;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
