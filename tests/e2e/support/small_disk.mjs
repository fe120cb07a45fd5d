import { execFile, spawn } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './relay.mjs';

const run = promisify(execFile);
const MIB = 2 ** 20;

/** A file system of a few MiB: mounted by root, or in a user's own namespace, through whose process it is reached. */
export class SmallDisk {
  /** null: this machine lets nobody mount anything. */
  static async make(mib) {
    const disk = new SmallDisk();
    disk.folder = await temporaryFolder();
    if (await disk.#mount(mib) || await disk.#mountInNamespace(mib)) return disk;
    await rm(disk.folder, { recursive: true });
    return null;
  }

  async #mount(mib) {
    if (process.getuid() !== 0) return false;
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', this.folder]);
    } catch {
      return false;
    }
    this.path = this.folder;
    this.unmount = () => run('umount', ['--lazy', this.folder]);
    return true;
  }

  async #mountInNamespace(mib) {
    const script = 'mount -t tmpfs -o "size=$1m" tmpfs "$2" && echo mounted && exec sleep infinity';
    const keeper = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', String(mib), this.folder],
      { stdio: ['ignore', 'pipe', 'ignore'] });
    const mounted = await new Promise((resolve) => {
      keeper.stdout.once('data', () => resolve(true));
      keeper.once('error', () => resolve(false));
      keeper.once('close', () => resolve(false));
    });
    if (!mounted) return false;
    this.path = `/proc/${keeper.pid}/root${this.folder}`;
    this.unmount = () => keeper.kill('SIGKILL');
    return true;
  }

  async freeMib() {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize / MIB;
  }

  /** Takes all but `mib` MiB away, into a file. */
  async fillUpTo(mib, name = 'filler') {
    const file = await open(join(this.path, name), 'a');
    try {
      const chunk = Buffer.alloc(MIB / 16, 1);
      while (await this.freeMib() > mib) await file.write(chunk);
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  remove(name = 'filler') { return rm(join(this.path, name), { force: true }); }

  async destroy() {
    await this.unmount();
    await rm(this.folder, { recursive: true, force: true });
  }
}
