import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { failingDisk } from './support/failing_disk.mjs';
import { temporaryFolder } from './support/relay.mjs';
import { Storm } from './support/storm.mjs';

async function compiles() {
  const folder = await temporaryFolder();
  const disk = await failingDisk(folder);
  await rm(folder, { recursive: true });
  return disk !== null;
}

test('an fsync that fails, or a disk that takes no more, ends the relay, by its own exit code, and nothing that was answered is lost',
  { timeout: 150_000, skip: await compiles() ? false : 'there is no C compiler to build the failing disk with' }, async (t) => {
    const storm = new Storm({ seed: 'fsync' });
    t.after(() => storm.remove());
    await storm.start();
    // A start makes some ten of each, more after a crash: those in between may hit either.
    const ends = async (fault, counts) => {
      const all = [];
      for (const k of counts) all.push(await storm.failDisk(fault, k));
      return all;
    };
    assert.deepEqual(await ends('fsync', [2]), ['refused'], 'without its manifest it does not start');
    await ends('fsync', [7, 8, 11]);
    assert.deepEqual(await ends('fsync', [40, 60]), ['ended', 'ended']);
    assert.deepEqual(await ends('full', [1]), ['refused']);
    await ends('full', [5, 12]);
    assert.deepEqual(await ends('full', [40]), ['ended']);
    t.diagnostic(JSON.stringify(await storm.finish()));
  });
