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
    const ends = [];
    for (const k of [2, 7, 8, 11, 25, 40]) ends.push(await storm.failDisk('fsync', k));
    assert.deepEqual(ends.slice(0, 1), ['refused'], 'without its manifest it does not start');
    assert.deepEqual(ends.slice(-3), ['ended', 'ended', 'ended']);
    for (const k of [1, 5, 12, 30]) ends.push(await storm.failDisk('full', k));
    assert.deepEqual(ends.slice(-2), ['ended', 'ended']);
    t.diagnostic(JSON.stringify(await storm.finish()));
  });
