import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Relay } from '../e2e/support/relay.mjs';
import { FOLDER, ROOT, THREADS, measure } from './programs.mjs';

/** What a kept world hangs on: the formats of what is on disk, and who makes it. */
function stampOf(sessions) {
  const formats = ['pool', 'routing', 'storage'].flatMap((part) =>
    readdirSync(join(ROOT, part), { recursive: true }).filter((file) => /\.proto$|frame\.cc$/.test(file)).map((file) => join(part, file)));
  const makers = ['world.cc', 'people.cc', 'texts.cc'].map((file) => join('tests/bench', file));
  const hash = createHash('sha256').update(String(sessions));
  for (const file of [...formats.sort(), ...makers]) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/**
 * A store with so many open sessions, and at least so many texts of their people, made once and kept in build/bench.  Every relay gets a
 * copy of the store, so that the same texts can be sent to each.
 */
export class World {
  static async of(sessions, texts) {
    const world = new World();
    world.folder = join(FOLDER, `world-${sessions}`);
    world.lines = join(world.folder, 'lines');
    world.file = join(world.folder, 'texts');
    const kept = join(world.folder, 'kept');
    const stamp = stampOf(sessions);
    if (existsSync(kept)) {
      const [was, count] = readFileSync(kept, 'utf8').split(' ');
      world.texts = Number(count);
      if (was === stamp && world.texts >= texts) return world;
    }
    console.error(`   opening ${sessions.toLocaleString('en')} sessions, which are kept in build/bench`);
    world.texts = texts;
    await rm(world.folder, { recursive: true, force: true });
    await mkdir(world.folder, { recursive: true });
    const { config } = await Relay.in(world.folder, { apiUrl: 'http://127.0.0.1:1' });
    await measure('world', '--config', config, '--sessions', sessions, '--out', world.lines);
    await measure('texts', '--config', config, '--lines', world.lines, '--count', texts, '--parts', THREADS, '--out', world.file);
    await writeFile(kept, `${stamp} ${texts}`);
    return world;
  }

  /** All texts, for one relay: those that were sent are not sent again. */
  newTexts() { return { file: this.file, from: Array(THREADS).fill(0) }; }

  /** A relay that runs on a copy of the store; to be removed. */
  async relay(carrier, settings = {}) {
    const folder = await mkdtemp(join(FOLDER, 'relay-'));
    await copyFile(join(this.folder, 'master.key'), join(folder, 'master.key'));
    await mkdir(join(folder, 'data'));
    for (const file of await readdir(join(this.folder, 'data'))) {
      // What RocksDB never writes again need not be copied.
      const take = file.endsWith('.sst') ? link : copyFile;
      await take(join(this.folder, 'data', file), join(folder, 'data', file));
    }
    const relay = await Relay.in(folder, {
      apiUrl: carrier.url,
      settings: { log: { level: 'info' }, server: { threads: THREADS, drain_seconds: 1 }, ...settings },
    });
    return relay.start();
  }
}

/** Texts that `relay` has answered with success since it started, each relayed and durable. */
export async function taken(relay) {
  for (const outcome of ['duplicate', 'refused', 'ended', 'keyword', 'bad_signature', 'malformed']) {
    const wrong = await relay.metric('bauta_texts_total', { direction: 'inbound', outcome });
    if (wrong > 0) throw new Error(`${wrong} texts were ${outcome}: there were too few texts, or they are wrong`);
  }
  return relay.metric('bauta_texts_total', { direction: 'inbound', outcome: 'relayed' });
}
