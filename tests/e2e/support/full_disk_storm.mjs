import { setTimeout as sleep } from 'node:timers/promises';
import { request } from './http.mjs';
import { SmallDisk } from './small_disk.mjs';
import { Storm } from './storm.mjs';
import { until } from './until.mjs';
import { verified } from './verify.mjs';

/** What texts of this length take on the disk until a round is over, with room to spare. */
const MIB_PER_ROUND = 10;

/**
 * A storm whose store lies on a small disk that fills up: texts are refused then, never lost, and taken again once there is space, whatever
 * becomes of the process meanwhile.
 */
export class FullDiskStorm extends Storm {
  /** null: there is no small disk to be had, of none of the `kinds`. */
  static async make({ rounds, kinds, ...options }) {
    const mib = Math.max(64, 40 + MIB_PER_ROUND * rounds);
    const disk = await SmallDisk.make(mib, kinds);
    // While the disk is full writers wait for no arrivals, so a lane may get more than its hundred before they are refused.
    const limits = { lane_texts_max: 10_000 };
    return disk && Object.assign(new FullDiskStorm({ ...options, padding: 1500 }), { disk, limits, reserveMib: mib / 4, environment: disk.environment });
  }

  async start() {
    this.storePath = `${this.disk.path}/data`;
    await super.start();
  }

  /**
   * Lets the disk run full, looks how the relay refuses, and makes space again.  `harsh`: others take the reserve as well.  `signal`: the relay
   * dies while the disk is full, and is started again and again, as a supervisor would.
   */
  async fill({ harsh = false, signal } = {}) {
    this.refusals = [];
    // Again and again: tables that are merged meanwhile give space back.
    const stillFull = () => this.disk.fillUpTo(this.reserveMib + 2);
    await until('a text to be refused', async () => {
      await stillFull();
      return this.refusals.some(({ code }) => code === 'storage.full');
    }, { seconds: 60, every: 100 });
    await until('/readyz and the metrics to say that it is full', async () => {
      await stillFull();
      const [ready, metric] = await this.#health();
      return ready.status === 503 && /disk is full/.test(ready.text) && metric === 1;
    }, { seconds: 60 });
    if (harsh) await this.disk.fillUpTo(0, 'more filler');
    await until('every writer to be refused', async () => {
      if (!harsh) await stillFull();
      return this.#writersRefused() === this.writers.length || this.relay.process.exit;
    }, { seconds: 60 });
    if (signal || this.relay.process.exit) await this.#dieOnFullDisk(signal, harsh);

    const taken = this.taken.length;
    await this.disk.remove('more filler');
    await this.disk.remove();
    const since = Date.now();
    await until('texts to be taken again', async () => {
      await this.#startIfDown();
      return this.taken.length > taken;
    }, { seconds: 60 });
    await until('the relay to be ready', async () => (await this.#health())[0].status === 200, { seconds: 10 });
    this.log(`taken again after ${Date.now() - since} ms; ${taken} texts before, ${this.refusals.length} refusals`);
    for (const { name, status, retryAfter } of this.refusals)
      if (status !== 503 || !(retryAfter > 0)) throw new Error(`${name} was refused with ${status}, Retry-After ${retryAfter}`);
    ++this.strikes;
  }

  async remove() {
    try {
      await super.remove();
    } finally {
      await this.disk.destroy();
    }
  }

  /** While texts are refused nothing leaves that anybody could wait for, and each writer is to be seen refused. */
  waitsForArrivals() { return Date.now() - (this.refusedAt ?? 0) > 1000; }

  refusedWith(name, answer) {
    if (answer.status === 503) this.refusedAt = Date.now();
    this.refusals?.push({ name, status: answer.status, code: codeOf(answer), retryAfter: Number(answer.headers['retry-after']) });
  }

  async #health() {
    return [await request('GET', this.relay.admin, '/readyz'), await this.relay.metric('bauta_store_full')];
  }

  #writersRefused() { return new Set(this.refusals.map(({ name }) => name.replace(/#.*/s, ''))).size; }

  async #dieOnFullDisk(signal, harsh) {
    const exit = await this.relay.stop(signal);
    // Without its reserve it may have been in the middle of a table: then it ends by itself, and says why.
    const fine = exit.code === 0 || exit.signal === 'SIGKILL' || harsh && exit.code === 5;
    if (!fine) throw new Error(`${signal} on the full disk: ${JSON.stringify(exit)}`);
    await verified(this.relay);
    await this.#startIfDown();
  }

  /** As a supervisor: a relay that finds no space to start says so by its exit code. */
  async #startIfDown() {
    if (!this.relay.process.exit) return;
    try {
      await this.relay.start(this.environment);
    } catch (error) {
      if (this.relay.process.exit?.code !== 5) throw error;
      this.log(`no space to start, with ${(await this.disk.freeMib()).toFixed(1)} MiB free: ${this.relay.process.output.trim().split('\n').at(-1)}`);
      await sleep(200);
    }
  }
}

/** The API says its code; a carrier is only told to come again. */
function codeOf(answer) {
  try { return answer.json.code; } catch { return undefined; }
}
