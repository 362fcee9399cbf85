/** `import`: the status files of containerd's CRI plugin, and what a start makes of what they told. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeStatusFile, nanos, type StatusFile } from '../../../../core/index.ts'
import { importStatus } from '../../../../shell/cli/import_status.ts'
import { commandOf, heard } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { replayed } from './replay.ts'
import { statusIn } from './run_store.ts'
import { inWorld } from './run.ts'

const created = nanos(1_764_000_000_000_000_001n)
const status = (fields: Partial<StatusFile>): string =>
  encodeStatusFile({
    pid: 0,
    createdAt: created,
    startedAt: nanos(0n),
    finishedAt: nanos(0n),
    exitCode: 0,
    reason: '',
    message: '',
    resources: 'null',
    ...fields,
  })
const ran = { pid: 4_211, startedAt: created }
const ended = { startedAt: created, finishedAt: nanos(1_764_000_000_000_000_003n), exitCode: 3 }

/** A folder as the plugin keeps it: one for each container, with its status in it. */
const containersIn = (folder: string, files: Readonly<Record<string, string>>): string => {
  const all = join(folder, 'containers')
  for (const [id, text] of Object.entries(files)) {
    mkdirSync(join(all, id, 'io'), { recursive: true })
    writeFileSync(join(all, id, 'status'), text)
  }
  return all
}

interface Said {
  readonly code: number
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
}

export const importing = async (stateDir: string, ...paths: ReadonlyArray<string>): Promise<Said> => {
  const streams = heard()
  const command = commandOf('import', '--namespace', 'ci', '--state-dir', stateDir, ...paths)
  assert.ok(command._tag === 'Import')
  const code = await importStatus(command, streams)
  return { code, out: streams.outLines(), err: streams.errLines() }
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'import: what ran and what had ended is taken, the rest said line by line; a second time nothing is taken',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const all = containersIn(folder, {
          fresh: status({}),
          over: status(ended),
          torn: status(ended).slice(0, 40),
          up: status(ran),
          v2: status(ran).replace('"v1"', '"v2"'),
        })
        const stateDir = join(folder, 'state')
        const { code, out, err } = await importing(stateDir, all)
        assert.deepEqual([code, err], [1, []])
        assert.deepEqual(out.map((line) => line.replace(/(wanted JSON).*/, '$1')), [
          'left ci/fresh alone: it was never started',
          'imported ci/over: exited with 3 at 2025-11-24T16:00:00.000000003Z',
          `refused ci/torn (${join(all, 'torn', 'status')}): Cannot read status file: wanted JSON`,
          'imported ci/up: running, with pid 4211',
          `refused ci/v2 (${
            join(all, 'v2', 'status')
          }): Cannot read status file.Version: wanted "v1", found "v2"; a newer containerd wrote it, so it is left alone and counts as unreadable`,
          '2 imported, 1 left alone, 2 refused',
        ])
        assert.equal(readFileSync(join(all, 'over', 'status'), 'utf8'), status(ended))
        const { out: story } = await replayed(stateDir)
        assert.match(story, /^ci\/over {2}pid unknown, run \d+: exit 3, done$/m)
        const again = await importing(stateDir, join(all, 'over'), join(all, 'up', 'status'))
        assert.deepEqual(again, {
          code: 0,
          out: ['left ci/over alone: more is known of it', 'left ci/up alone: more is known of it', '0 imported, 2 left alone, 0 refused'],
          err: [],
        })
      }),
  },
  {
    name: 'import: the next start watches what still runs, and announces what is gone with 255; what had ended is known and not announced',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const { pid } = await stand.run({ id: 'up', command: ['sleep', '60'] })
        const all = containersIn(stateDir, { gone: status({ ...ran, pid: 77 }), over: status(ended), up: status({ ...ran, pid }) })
        assert.equal((await importing(stateDir, all)).code, 0)
        const running = start('--log', 'json', '--inferred-grace', '0s')
        const gone = await running.hear('container stopped')
        assert.deepEqual([gone['id'], gone['exitCode'], gone['reason'], gone['pid']], ['gone', 255, 'Unknown', 77])
        await stand.kill({ namespace: 'ci', id: 'up' })
        const up = await running.hear('container stopped', 2)
        assert.deepEqual([up['id'], up['exitCode'], up['pid'], up['generation']], ['up', 137, pid, 1])
        running.stop()
        await running.ended
        assert.equal(running.said('container stopped').length, 2)
      }),
  },
  {
    name: 'import: with a state directory in use, or nothing to import, it says so',
    run: () =>
      inWorld(async ({ stateDir, start }) => {
        const running = start('--log', 'json')
        await running.hear('reaping')
        const { code, out, err } = await importing(stateDir, stateDir)
        assert.deepEqual([code, out, err.length], [1, [], 1])
        assert.match(err[0] ?? '', /^Cannot open the store in \S+: a reaper with pid \d+ uses it; /)
        running.stop()
        await running.ended
        const none = await importing(stateDir, join(stateDir, 'store'), join(stateDir, 'nowhere'))
        assert.equal(none.code, 1)
        assert.match(none.out[0] ?? '', /^refused \S+store: wanted a status file, .* found no status file in it$/)
        assert.match(none.out[1] ?? '', /^refused \S+nowhere: ENOENT/)
        assert.equal(none.out[2], '0 imported, 0 left alone, 2 refused')
      }),
  },
  {
    name: 'import: an import into an empty state directory can be looked at',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const all = containersIn(folder, { up: status(ran), over: status(ended) })
        const stateDir = join(folder, 'state')
        await importing(stateDir, all)
        const { out } = await statusIn(stateDir)
        assert.match(out[0] ?? '', /^no reaper runs; when the last one ended: 2 containers, 1 running, 0 in handling, 0 announced$/)
      }),
  },
  {
    name: 'import: a status that is a device, a loop of links or far too large is refused; its neighbours are taken',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const all = containersIn(folder, { large: status({ message: 'x'.repeat(1_048_576) }), over: status(ended) })
        for (const [id, target] of [['loop', 'status'], ['zero', '/dev/zero']] as const) {
          mkdirSync(join(all, id))
          symlinkSync(target, join(all, id, 'status'))
        }
        const { code, out } = await importing(join(folder, 'state'), all)
        assert.equal(code, 1)
        assert.deepEqual(out.map((line) => line.replaceAll(/\(\S+\)|, (open|found \d).*/g, '')), [
          'refused ci/large : wanted at most 1048576 bytes',
          'refused ci/loop : ELOOP: too many symbolic links encountered',
          'imported ci/over: exited with 3 at 2025-11-24T16:00:00.000000003Z',
          'refused ci/zero : wanted a regular file, found something else',
          '1 imported, 0 left alone, 3 refused',
        ])
      }),
  },
]
