import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { FullDiskStorm } from './support/full_disk_storm.mjs';
import { PretendedDisk, SmallDisk } from './support/small_disk.mjs';

// C48: after ENOSPC others refused every write for hours, also when there was space again.
test('a full disk: texts are refused and come again, nothing is lost, and with space back texts are taken within a minute',
  { timeout: 240_000 }, async (t) => {
    const storm = await FullDiskStorm.make({ rounds: 3, seed: 'full' });
    // The only test of C48: that there was nothing to run it on must be seen.
    assert.ok(storm, 'this machine lets nobody mount a small file system, as root or by unshare, and has no C compiler to pretend one');
    t.after(() => storm.remove());
    await storm.start();
    await storm.fill();
    await storm.fill({ harsh: true });
    await storm.fill({ harsh: true, signal: 'SIGKILL' });
    const result = await storm.finish();
    t.diagnostic(JSON.stringify(result));
    assert.ok(result.texts > 500, 'the disk was small');
    assert.deepEqual(result.dead, {}, 'every text that was taken was delivered');
    const lines = storm.relay.log.match(/(mo|dlr) put off/g)?.length ?? 0;
    assert.ok(lines > 0 && lines < result.retries / 10, `${lines} lines about ${result.retries} refusals`);
  });

test('a disk that is pretended takes what fits, and more when there is space again', async (t) => {
  const disk = await SmallDisk.make(8, [PretendedDisk]);
  assert.ok(disk, 'there is a C compiler to build it with');
  t.after(() => disk.destroy());
  const write = (name, mib) => promisify(execFile)('dd', ['if=/dev/zero', `of=${join(disk.path, name)}`, 'bs=1M', `count=${mib}`],
    { env: { ...process.env, ...disk.environment, LC_ALL: 'C' } });
  await write('one', 3);
  assert.equal(await disk.freeMib(), 5);
  await disk.fillUpTo(2);
  assert.equal(await disk.freeMib(), 2);
  await assert.rejects(write('two', 3), /No space left on device/);
  assert.equal(await disk.freeMib(), 0);
  await disk.remove();
  assert.equal(await disk.freeMib(), 3);
  await write('three', 3);
  // Elsewhere there is space.
  await promisify(execFile)('dd', ['if=/dev/zero', `of=${join(disk.folder, 'beside')}`, 'bs=1M', 'count=9'], { env: { ...process.env, ...disk.environment } });
});
