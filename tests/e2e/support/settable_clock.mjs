import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { preloadable } from './preload.mjs';

/** A clock that a test sets, for the processes that have its `environment`; null where there is no compiler for settable_clock.c. */
export async function settableClock(folder) {
  const library = await preloadable(folder, 'settable_clock.c');
  if (!library) return null;
  const path = join(folder, 'clock');
  const file = await open(path, 'w+');
  /** From now on the wall clock is so far ahead of the true one. */
  const set = async (seconds) => {
    const octets = Buffer.alloc(8);
    octets.writeBigInt64LE(BigInt(seconds));
    await file.write(octets, 0, octets.length, 0);
  };
  await set(0);
  return { environment: { LD_PRELOAD: library, BAUTA_SETTABLE_CLOCK: path }, set, close: () => file.close() };
}
