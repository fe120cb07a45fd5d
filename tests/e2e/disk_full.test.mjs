import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FullDiskStorm } from './support/full_disk_storm.mjs';

// C48: after ENOSPC others refused every write for hours, also when there was space again.
test('a full disk: texts are refused and come again, nothing is lost, and with space back texts are taken within a minute',
  { timeout: 240_000 }, async (t) => {
    const storm = await FullDiskStorm.make({ rounds: 3, seed: 'full' });
    if (!storm) {
      t.skip('this machine lets nobody mount a small file system, as root or by unshare');
      return;
    }
    t.after(() => storm.remove());
    await storm.start();
    await storm.fill();
    await storm.fill({ harsh: true });
    await storm.fill({ harsh: true, signal: 'SIGKILL' });
    const result = await storm.finish();
    t.diagnostic(JSON.stringify(result));
    assert.ok(result.texts > 500, 'the disk was small');
    const lines = storm.relay.log.match(/(mo|dlr) put off/g)?.length ?? 0;
    assert.ok(lines > 0 && lines < result.retries / 10, `${lines} lines about ${result.retries} refusals`);
  });
