import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, statfsSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { preloadable } from './preload.mjs';
import { temporaryFolder } from './relay.mjs';

const run = promisify(execFile);
const MIB = 2 ** 20;

/**
 * A disk of a few MiB, at `path`, for the processes that have its `environment`: mounted by root, or in a user's own namespace, through whose
 * process it is reached; or, where nobody may mount anything, pretended by what is loaded into those processes.
 */
export class SmallDisk {
  /** null: this machine lets nobody mount anything, and has no compiler for small_disk.c either. */
  static async make(mib, kinds = [MountedDisk, DiskInNamespace, PretendedDisk]) {
    for (const Kind of kinds) {
      const disk = new Kind();
      disk.folder = await temporaryFolder();
      disk.path = disk.folder;
      disk.environment = {};
      if (await disk.begin(mib)) return disk;
      await rm(disk.folder, { recursive: true });
    }
    return null;
  }

  async freeMib() { return this.#freeNow() / MIB; }

  /** Takes all but `mib` MiB away, into a file; at once, however busy this process is. */
  async fillUpTo(mib, name = 'filler') {
    const file = openSync(join(this.path, name), 'a');
    try {
      const chunk = Buffer.alloc(MIB, 1);
      for (let more; (more = Math.ceil(this.#freeNow() - mib * MIB)) > 0;) writeSync(file, chunk, 0, Math.min(more, MIB));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  #freeNow() {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  remove(name = 'filler') { return rm(join(this.path, name), { force: true }); }

  async destroy() {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class MountedDisk extends SmallDisk {
  async begin(mib) {
    if (process.getuid() !== 0) return false;
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', this.folder]);
    } catch {
      return false;
    }
    return true;
  }

  end() { return run('umount', ['--lazy', this.folder]); }
}

export class DiskInNamespace extends SmallDisk {
  async begin(mib) {
    const script = 'mount -t tmpfs -o "size=$1m" tmpfs "$2" && echo mounted && exec sleep infinity';
    this.keeper = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', String(mib), this.folder],
      { stdio: ['ignore', 'pipe', 'ignore'] });
    const mounted = await new Promise((resolve) => {
      this.keeper.stdout.once('data', () => resolve(true));
      this.keeper.once('error', () => resolve(false));
      this.keeper.once('close', () => resolve(false));
    });
    if (mounted) this.path = `/proc/${this.keeper.pid}/root${this.folder}`;
    return mounted;
  }

  end() { this.keeper.kill('SIGKILL'); }
}

/** Its files lie on a disk that is large; what others take of it is only a number. */
export class PretendedDisk extends SmallDisk {
  #others = new Map();

  async begin(mib) {
    const library = await preloadable(this.folder, 'small_disk.c');
    if (!library) return false;
    this.size = mib * MIB;
    this.path = join(this.folder, 'disk');
    await mkdir(this.path);
    const numbers = join(this.folder, 'numbers');
    this.file = await open(numbers, 'w+');
    await this.#tell();
    this.environment = { LD_PRELOAD: library, BAUTA_SMALL_DISK: this.path, BAUTA_SMALL_DISK_FILE: numbers };
    return true;
  }

  async freeMib() { return (this.size - this.#taken() - await octetsBelow(this.path)) / MIB; }

  async fillUpTo(mib, name = 'filler') {
    const more = Math.floor((await this.freeMib() - mib) * MIB);
    this.#others.set(name, (this.#others.get(name) ?? 0) + Math.max(more, 0));
    await this.#tell();
  }

  async remove(name = 'filler') {
    this.#others.delete(name);
    await this.#tell();
  }

  end() { return this.file.close(); }

  #taken() { return [...this.#others.values()].reduce((sum, one) => sum + one, 0); }

  async #tell() {
    const octets = Buffer.alloc(16);
    octets.writeBigInt64LE(BigInt(this.size), 0);
    octets.writeBigInt64LE(BigInt(this.#taken()), 8);
    await this.file.write(octets, 0, octets.length, 0);
  }
}

async function octetsBelow(folder) {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      sum += (await stat(join(entry.parentPath ?? entry.path, entry.name))).blocks * 512;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return sum;
}
