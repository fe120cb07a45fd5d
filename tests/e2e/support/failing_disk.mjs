import { preloadable } from './preload.mjs';

const VARIABLES = { fsync: 'BAUTA_FSYNC_FAILS_AT', full: 'BAUTA_DISK_FULL_AT', unlink: 'BAUTA_UNLINK_FAILS' };

/** What loads failing_disk.c into a process: its environment, once built in `folder`: (fault, k, or for unlink a part of paths) -> variables; null where there is no compiler for it. */
export async function failingDisk(folder) {
  const library = await preloadable(folder, 'failing_disk.c');
  return library && ((fault, at) => ({ LD_PRELOAD: library, [VARIABLES[fault]]: String(at) }));
}
