import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECTIONS, FOLDER, measure, median } from './programs.mjs';

/** What one text commits, by many at once, against RocksDB's own synced writes of the same octets in groups as large. */
export async function commits({ rounds, seconds }) {
  const folder = join(FOLDER, 'commits');
  const result = await measure('commits', '--folder', folder, '--rounds', rounds + 1, '--milliseconds', seconds * 1000,
    '--committers', CONNECTIONS);
  await rm(folder, { recursive: true });
  const [ours, reference] = [result.ours.slice(1), result.reference.slice(1)];
  const ratios = ours.map((rate, round) => rate / reference[round]);
  return [{
    what: `commits a second of one text (${result.records} records, ${result.octets} octets)`, ours: median(ours), reference: median(reference),
    against: `RocksDB's synced writes, ${median(result.group)} texts each`, ratio: median(ratios), ratios, target: 0.6,
  }];
}

/** Which number a person gets next who holds many lines already; of the deciding thread's own time. */
export async function allocation({ numbers, lines }) {
  const folder = join(FOLDER, 'allocation');
  const result = await measure('allocation', '--folder', folder, '--numbers', numbers, '--lines', lines);
  await rm(folder, { recursive: true });
  return [{
    what: `deciding on a number: ${numbers.toLocaleString('en')} numbers, a person of ${lines.toLocaleString('en')} lines`,
    microseconds: result.median_us, limit: 50,
    notes: `99 of 100 within ${result.p99_us} µs; the first after an fsync ${result.after_fsync_median_us} µs; ` +
      `${Math.round(result.beyond_area_median_us / 100) / 10} ms for somebody whose own area code is used up`,
  }];
}
