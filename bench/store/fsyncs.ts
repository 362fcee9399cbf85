/** How often the kernel is asked to bring a burst of exits to the disk, by the count of strace, which knows nothing of how we count. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const childFile = fileURLToPath(new URL(`./bursts_child${extname(import.meta.url)}`, import.meta.url))
const bursts = 10

/** fsyncs and fdatasyncs of one burst of `size` exits, the mean of ten; those of opening and closing left out. Undefined without strace. */
export const fsyncsOfBurst = (size: number): number | undefined => {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined
  const [idle, busy] = [countedIn(0, size), countedIn(bursts, size)]
  return idle === undefined || busy === undefined ? undefined : (busy - idle) / bursts
}

/** Undefined where strace may not look. */
const countedIn = (times: number, size: number): number | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-bench-fsyncs-'))
  try {
    const trace = join(folder, 'trace')
    const command = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', trace, process.execPath, childFile, join(folder, 'store')]
    const ended = spawnSync('strace', [...command, String(times), String(size)], { encoding: 'utf8' })
    if (ended.status !== 0) return undefined
    return readFileSync(trace, 'utf8').split('\n').filter((line) => /\bf(data)?sync\(/.test(line)).length
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
