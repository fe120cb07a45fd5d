import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { request } from '../e2e/support/http.mjs';
import { until } from '../e2e/support/until.mjs';
import { Carrier, FOLDER, THREADS, measure } from './programs.mjs';
import { World } from './worlds.mjs';

const PROBER = join(dirname(fileURLToPath(import.meta.url)), 'prober.mjs');
/** More than the relay holds at once (http.connections_max, 4,096). */
const CONNECTIONS = 4_608;
/** With the relay's 128 connections to a carrier, some 250 texts a second can leave. */
const SLOW = 500;
const ADMIN_MS = 100;
const RECOVERY_SECONDS = 5;
const OFFERED_TIMES = 10;
/** What the store's tables in memory and its caches may grow by, and what a text that waits may take. */
const CACHES = 512 * 2 ** 20;
const WAITING_TEXT = 1024;

const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;

class Prober {
  static start(address) {
    const prober = new Prober();
    prober.child = spawn(process.execPath, [PROBER, address], { stdio: ['ignore', 'pipe', 'inherit'] });
    prober.said = '';
    prober.child.stdout.setEncoding('utf8').on('data', (chunk) => { prober.said += chunk; });
    prober.ended = new Promise((ended) => { prober.child.on('close', ended); });
    return prober;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
    return JSON.parse(this.said.match(/^\{.*$/m)[0]);
  }
}

async function memoryOf(relay) {
  const status = await readFile(`/proc/${relay.process.child.pid}/status`, 'utf8');
  const kib = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]);
  return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
}

/** Texts whose count at the carrier is not what their answers promise. */
function judge(taken, arrived) {
  const judged = { lost: 0, twice: 0, unasked: 0 };
  for (let n = 0; n < taken.length; ++n) {
    if (taken[n] === 1 && arrived[n] === 0) ++judged.lost;
    if (arrived[n] > 1) ++judged.twice;
    if (taken[n] === 0 && arrived[n] > 0) ++judged.unasked;
  }
  return judged;
}

/**
 * A carrier that is slow and people who insist: more than the relay can take, by far.  It says so (503, Retry-After), stays visible to its
 * operator, keeps what it accepted, and is itself again when it is over.
 */
export async function overload({ texts, overloadSeconds }) {
  const world = await World.of(10_000, texts);
  const carrier = await Carrier.start(world.texts);
  await carrier.answerAfter(SLOW);
  const relay = await world.relay(carrier);
  const takenFile = join(FOLDER, 'overload-taken');
  const broken = [];
  try {
    const before = await memoryOf(relay);
    const prober = Prober.start(relay.admin);
    const crowd = await measure('crowd', '--address', relay.address, '--texts', world.file, '--parts', THREADS,
      '--connections', CONNECTIONS, '--milliseconds', overloadSeconds * 1000, '--out', takenFile);
    const ended = performance.now();
    const leftAtCarrier = (await carrier.arrived()).arrived;
    // The load is over when a webhook is answered at once again; GET without a signature is 403, by the same handlers.
    let quick = 0;
    await until('quick answers', async () => {
      const asked = performance.now();
      const { status } = await request('GET', relay.address, '/carriers/twilio/0123456789abcdef/inbound');
      quick = status === 403 && performance.now() - asked < ADMIN_MS ? quick + 1 : 0;
      return quick >= 5;
    }, { seconds: 60 });
    const recovered = (performance.now() - ended) / 1e3;
    const slowest = await prober.stop();
    const loaded = await memoryOf(relay);
    await carrier.answerAfter(0);
    await until('every text to be sent', async () => await relay.metric('bauta_lane_texts') === 0, { seconds: 300, every: 200 });
    const drained = (performance.now() - ended) / 1e3;
    const after = await memoryOf(relay);

    const accepted = crowd.answers[200] ?? 0;
    const shed = crowd.answers[503] ?? 0;
    const others = Object.entries(crowd.answers).filter(([status]) => status !== '200' && status !== '503');
    const arrived = Buffer.from((await request('GET', carrier.address, '/arrived/octets')).text, 'latin1');
    const judged = judge(await readFile(takenFile), arrived);
    const times = (accepted + shed) / Math.max(1, leftAtCarrier);
    const slowestAdmin = Math.max(...Object.values(slowest.slowest_ms));
    const expect = (holds, breach) => { if (!holds) broken.push(breach); };
    expect(times >= OFFERED_TIMES, `only ${times.toFixed(1)} times the load that could leave was offered`);
    expect(shed > 0, 'nothing was shed');
    expect(others.length === 0, `other answers than 200 and 503: ${JSON.stringify(others)}`);
    expect(crowd.without_retry_after === 0, `${crowd.without_retry_after} answers 503 without Retry-After`);
    expect(slowest.failed === 0, `the admin listener failed ${slowest.failed} of ${slowest.asked} times`);
    expect(slowestAdmin <= ADMIN_MS, `the admin listener needed ${slowestAdmin.toFixed(0)} ms`);
    expect(recovered <= RECOVERY_SECONDS, `answers were quick again only after ${recovered.toFixed(1)} s`);
    expect(after.peak - before.now <= CACHES + accepted * WAITING_TEXT, `memory grew from ${mib(before.now)} to ${mib(after.peak)}`);
    expect(judged.lost === 0, `${judged.lost} accepted texts never arrived`);
    expect(judged.twice === 0, `${judged.twice} texts arrived more than once`);
    expect(judged.unasked === 0, `${judged.unasked} texts arrived that were answered 503 only`);
    return [{
      what: `overload: ${CONNECTIONS.toLocaleString('en')} connections that don't wait, a carrier that takes ${SLOW} ms`,
      value: `${times.toFixed(0)} times the load that could leave`,
      notes: `${accepted} accepted, ${shed} answered 503, ${crowd.broken} closed unanswered, ${judged.lost} lost, ${judged.twice} doubled`, bound: 'none lost or doubled', broken,
    }, {
      what: 'overload: slowest answer of the admin listener',
      value: Object.entries(slowest.slowest_ms).map(([path, ms]) => `${path} ${ms.toFixed(0)} ms`).join(', '), notes: `of ${slowest.asked}`, bound: `${ADMIN_MS} ms`,
    }, {
      what: 'overload: memory before, at the end of the load, when all is sent',
      value: [before.now, loaded.now, after.now].map(mib).join(', '), notes: `at most ${mib(after.peak)}`, bound: `${mib(CACHES)} more, and 1 KiB a text that waits`,
    }, {
      what: 'overload: quick answers again', value: `${recovered.toFixed(1)} s after the load`,
      notes: `all ${accepted} sent after ${drained.toFixed(0)} s`, bound: `${RECOVERY_SECONDS} s`,
    }];
  } finally {
    await relay.remove();
    await carrier.stop();
    await rm(takenFile, { force: true });
  }
}
