import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from './http.mjs';
import { until } from './until.mjs';
import { verified } from './verify.mjs';

if (!process.env.BAUTA) throw new Error('BAUTA names the binary to test');
export const BAUTA = process.env.BAUTA;

const run = promisify(execFile);

/** A command that ends by itself: its exit code and what it wrote. */
export async function bauta(...args) {
  try {
    const { stdout, stderr } = await run(BAUTA, args, { timeout: 30_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'bauta-e2e-'));

/** Below the ports that Linux gives to connections (32768 and up): one that is free now is not lent to somebody's call in the meantime. */
const LOWEST_PORT = 11_000;
const HIGHEST_PORT = 32_000;

/** For what must know its port before it runs. */
export async function freePort() {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    const server = createServer();
    const free = await new Promise((answer) => server.once('error', () => answer(false)).listen(port, '127.0.0.1', () => answer(true)));
    if (!free) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
}

/** A process of the binary, or of another `command`, with everything that it says. */
export class Process {
  constructor(args, environment = {}, { command = BAUTA, cwd } = {}) {
    this.output = '';
    this.child = spawn(command, args, { cwd, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (chunk) => { this.output += chunk; };
    this.child.stdout.setEncoding('utf8').on('data', take);
    this.child.stderr.setEncoding('utf8').on('data', take);
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  /** Waits for a line of the output; the match. */
  async says(pattern, seconds = 20) {
    return until(`output like ${pattern}`, () => {
      const match = this.output.match(pattern);
      if (!match && this.exit) throw new Error(`ended (${JSON.stringify(this.exit)}) before it said ${pattern}:\n${this.output}`);
      return match;
    }, { seconds });
  }

  async end(signal = 'SIGTERM') {
    if (!this.exit) this.child.kill(signal);
    return this.ended;
  }
}

/** A relay in a folder of its own, made by `bauta init`; ports are taken anew at every start. */
export class Relay {
  static TOKEN = '0123456789abcdef';
  static ACCOUNT_SID = 'AC00000000000000000000000000000001';
  static AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
  static PUBLIC_URL = 'https://relay.example.com';

  /**
   * `apiUrl`: of a stand-in for Twilio.  `fallbacks`: more of them, {name: its URL}, which numbers may send by as well.  `simulated`: of
   * `bauta handsets`.  `settings`: {relay: {unknown_wait_seconds: 1}}.
   */
  static async make(options) { return Relay.in(await temporaryFolder(), options); }

  /** In a folder that is there; what `make` left in one is taken up again, without the API key. */
  static async in(folder, { apiUrl, fallbacks = {}, simulated, settings = {} }) {
    const relay = new Relay();
    relay.connection = simulated ? 'simulated' : 'twilio';
    relay.folder = folder;
    if (!existsSync(join(folder, 'master.key'))) {
      const made = await bauta('init', relay.folder);
      if (made.code !== 0) throw new Error(`bauta init: ${made.stderr}`);
      relay.key = made.stdout.trim();
    }
    relay.fallbacks = Object.keys(fallbacks);
    relay.connections = Object.entries({ [relay.connection]: simulated ?? apiUrl, ...fallbacks }).map(([name, url]) => `[[connections]]
name = "${name}"
type = "${relay.connection}"
token = "${Relay.TOKEN}"
auth_token_file = "auth.token"
api_url = "${url}"
${simulated ? '' : `account_sid = "${Relay.ACCOUNT_SID}"\n`}`).join('\n');
    await writeFile(join(relay.folder, 'auth.token'), `${Relay.AUTH_TOKEN}\n`, { mode: 0o600 });
    relay.settings = settings;
    await relay.configure(settings);
    relay.logs = '';
    return relay;
  }

  /** Writes the configuration; counts from the next start on. */
  async configure(settings) {
    const sections = {
      public: { listen: '127.0.0.1:0', url: Relay.PUBLIC_URL },
      admin: { listen: '127.0.0.1:0' },
      storage: { engine: 'rocksdb', path: 'data' },
      master_key: { file: 'master.key' },
      log: { level: 'debug' },
    };
    for (const [section, values] of Object.entries(settings)) sections[section] = { ...sections[section], ...values };
    const text = Object.entries(sections).map(([section, values]) =>
      `[${section}]\n${Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('')}`).join('\n');
    this.config = join(this.folder, 'bauta.toml');
    await writeFile(this.config, `${text}\n${this.connections}`);
  }

  /** Before the first start: the store lies at `path` from then on. */
  async moveStore(path) {
    await cp(join(this.folder, 'data'), path, { recursive: true });
    await this.configure({ ...this.settings, storage: { path } });
  }

  async start(environment = {}) {
    this.process = new Process(['serve', '--config', this.config], environment);
    const [, publicAddress, adminAddress] = await this.process.says(/ started .*public=(\S+) admin=(\S+)/);
    this.address = publicAddress;
    this.admin = adminAddress;
    return this;
  }

  /** SIGTERM, and what became of it. */
  async stop(signal = 'SIGTERM') {
    // Until its store was verified: it is in remove() at the latest.
    if (signal === 'SIGKILL') this.crashed = true;
    const exit = await this.process.end(signal);
    this.logs += this.process.output;
    return exit;
  }

  kill() { return this.stop('SIGKILL'); }

  get log() { return this.logs + (this.process?.exit ? '' : this.process?.output ?? ''); }

  /** Whatever a kill -9 in the test left, and what was done with it since, must agree with itself: throws if it does not. */
  async remove() {
    const crashed = this.crashed;
    if (this.process && !this.process.exit) await this.kill();
    try {
      if (crashed) await verified(this);
    } finally {
      await this.#clear();
    }
  }

  async #clear() {
    if (process.env.BAUTA_KEEP) {
      await appendFile(join(this.folder, 'log'), this.log);
    } else {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  // The API.

  async call(method, path, body, { key = this.key, headers = {} } = {}) {
    return request(method, this.address, path, {
      headers: {
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** The same, and it must be answered with `status`; its JSON. */
  async ask(status, method, path, body, options) {
    const answer = await this.call(method, path, body, options);
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${answer.text}`);
    return answer.text ? answer.json : null;
  }

  async addNumbers(...numbers) {
    for (const number of numbers) {
      await this.ask(201, 'POST', '/api/v1/numbers', {
        number, connection: this.connection, fallbacks: this.fallbacks, rate_per_second: 1000,
      });
    }
  }

  openSession(...addresses) {
    return this.ask(201, 'POST', '/api/v1/sessions', { participants: addresses.map((address) => ({ address })) });
  }

  /** All pages of a list, the oldest first. */
  async list(path) {
    const all = [];
    let cursor = null;
    do {
      const page = await this.ask(200, 'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      all.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor);
    return all.reverse();
  }

  events(...types) {
    return this.list('/api/v1/events').then((all) => types.length === 0 ? all : all.filter((event) => types.includes(event.type)));
  }

  messages(session) { return this.list(`/api/v1/sessions/${session.id ?? session}/messages`); }

  deadLetters() { return this.list('/api/v1/dead-letters'); }

  /** The sum of the series of a family whose labels are at least these. */
  async metric(family, labels = {}) {
    const page = await this.metrics();
    let sum = 0;
    for (const line of page.split('\n')) {
      const match = line.match(/^(\w+)(?:\{(.*)\})? (\S+)$/);
      if (!match || match[1] !== family) continue;
      const has = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
      if (Object.entries(labels).every(([name, value]) => has[name] === value)) sum += Number(match[3]);
    }
    return sum;
  }

  async metrics() { return (await request('GET', this.admin, '/metrics')).text; }
}
