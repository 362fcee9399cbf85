/** `replay`: what became of each container, out of a state directory, a store, a damaged store and a journal. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import { status as grpc } from '@grpc/grpc-js'
import { replay } from '../../../../shell/cli/replay.ts'
import { onCall, refused } from '../../../../shell/embedded/index.ts'
import { commandOf, heard } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { exits } from '../../../support/reaper_world.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { waitFor } from '../../../support/wait_for.ts'
import { inWorld } from './run.ts'

interface Said {
  readonly code: number
  readonly out: string
  readonly err: ReadonlyArray<string>
}

export const replayed = async (...argv: ReadonlyArray<string>): Promise<Said> => {
  let out = ''
  const streams = heard()
  const command = commandOf('replay', ...argv)
  assert.ok(command._tag === 'Replay')
  const code = await replay(command, { ...streams, out: (text) => void (out += text) })
  return { code, out, err: streams.errLines() }
}

/** What happened, without when. */
const story = (out: string): ReadonlyArray<string> =>
  out.split('\n').filter((line) => line !== '').map((line) => line.replace(/^ {2}\d{4}-\S+Z +/, '  ').replaceAll(/\d+ ms|pid \d+/g, '#'))

export const cases: ReadonlyArray<Vector> = [
  {
    name:
      'replay: a container that took two attempts, from being seen to run to its announcement; the same of the journal that --json writes',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        stand.faults.set(onCall('Delete', refused(grpc.UNKNOWN, 'device or resource busy'), { times: 1 }))
        const running = start('--log', 'json', '--backoff-first', '10ms')
        await running.hear('reaping')
        await stand.run({ id: 'web', command: ['sleep', '60'] })
        await waitFor(() => replayed(stateDir), { what: 'it to be seen running', until: ({ out }) => out.includes('seen to run') })
        await stand.kill('web', 'SIGTERM')
        await running.hear('container stopped')
        const whileItRuns = await replayed(stateDir)
        running.stop()
        await running.ended
        const { code, out, err } = await replayed(stateDir)
        assert.deepEqual([code, err], [0, []])
        assert.deepEqual(story(out), [
          'ci/web  #, run 1: exit 143, done',
          '  seen to run, with #',
          '  exited with 143',
          '  the exit is written down',
          '  the task is deleted',
          '  failed: "Cannot call Tasks.Delete: containerd answered Unknown: device or resource busy"',
          '  the task is looked at',
          '  the task is deleted',
          '  announced as number 1, CONTAINER_STOPPED: 143 Error, after 2 attempts and #',
        ])
        assert.equal(whileItRuns.out, out)
        const journal = join(stateDir, 'journal.jsonl')
        const { out: lines } = await replayed(join(stateDir, 'store'), '--json')
        writeFileSync(journal, lines)
        assert.deepEqual(await replayed(journal), { code, out, err })
        assert.equal((await replayed(journal, '--json')).out, lines)
      }),
  },
  {
    name: 'replay: of a damaged store it tells what it can, and says on standard error what is missing; exit code 1',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const running = start('--log', 'json')
        for (const id of ['one', 'two']) await stand.run({ id, command: exits(3) })
        await running.hear('container stopped', 2)
        running.stop()
        await running.ended
        const rows = join(stateDir, 'store', 'rows')
        const name = readdirSync(rows).find((file) => readFileSync(join(rows, file)).includes('"seq":2'))
        assert.ok(name)
        const bytes = readFileSync(join(rows, name))
        const at = bytes.indexOf('"seq":2')
        bytes[at + 6] = 0x33
        writeFileSync(join(rows, name), bytes)
        const { code, out, err } = await replayed(stateDir)
        assert.equal(code, 1)
        assert.match(out, /exited with 3/)
        assert.equal(err.length, 1)
        assert.match(err[0] ?? '', /^The store in \S+ is damaged, \d+ of its rows are not told of: row \d+: wanted /)
      }),
  },
  {
    name: 'replay: what is no journal is one line, which says where, and exit code 1; an empty one is said to be',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const file = join(folder, 'journal')
        const lineOf = async (...argv: ReadonlyArray<string>): Promise<string> => {
          const { code, out, err } = await replayed(...argv)
          assert.deepEqual([code, out, err.length], [1, '', 1])
          return err[0] ?? ''
        }
        assert.match(await lineOf(file), /^Cannot read the journal \S+journal: ENOENT/)
        assert.match(
          await lineOf(folder),
          /^Cannot read the journal \S+: wanted a state directory, with a store in it, or a store, found neither$/,
        )
        writeFileSync(file, '\n{"v":1,"_tag":"RunDropped"}\n')
        assert.match(await lineOf(file), /^Cannot read \S+journal:2\.run: wanted a run, found /)
        writeFileSync(file, 'container stopped')
        assert.match(await lineOf(file), /^Cannot read \S+journal:1: wanted a record as JSON, found something else$/)
        writeFileSync(file, '\n')
        assert.deepEqual(await replayed(file), { code: 0, out: 'No exits are recorded.\n', err: [] })
      }),
  },
  {
    name: 'replay: a store whose rows are linked to another place is told, and not written to',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const running = start('--log', 'json')
        await stand.run({ id: 'web', command: exits(3) })
        await running.hear('container stopped')
        running.stop()
        await running.ended
        const [store, elsewhere] = [join(stateDir, 'store'), join(stateDir, 'elsewhere')]
        renameSync(join(store, 'rows'), elsewhere)
        symlinkSync(elsewhere, join(store, 'rows'))
        const files = (): ReadonlyArray<string> =>
          readdirSync(elsewhere).map((name) => name + readFileSync(join(elsewhere, name), 'latin1'))
        const before = files()
        const { code, out } = await replayed(stateDir)
        assert.equal(code, 0)
        assert.match(out, /exited with 3/)
        assert.deepEqual(files(), before)
      }),
  },
  {
    name: 'replay: a device or a pipe for a journal, or among the files of a store, is not read for ever',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const refused = /wanted a regular file, found something else$/
        assert.match((await replayed('/dev/zero')).err[0] ?? '', refused)
        const pipe = join(folder, 'pipe')
        assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
        assert.match((await replayed(pipe)).err[0] ?? '', refused)
        mkdirSync(join(folder, 'store', 'rows'), { recursive: true })
        symlinkSync('/dev/zero', join(folder, 'store', 'rows', 'CURRENT'))
        symlinkSync(pipe, join(folder, 'store', 'rows', '000001.log'))
        symlinkSync(pipe, join(folder, 'store', 'head'))
        assert.equal((await replayed(folder)).out, 'No exits are recorded.\n')
      }),
  },
  {
    name: 'replay: a folder that may not be looked into is said to be one, not to be empty',
    run: () =>
      inTemporaryFolder(async (folder) => {
        if (geteuid?.() === 0) return console.log('root may look into every folder: not tested')
        chmodSync(folder, 0o300)
        assert.match((await replayed(folder)).err[0] ?? '', /EACCES/)
        chmodSync(folder, 0o700)
      }),
  },
]
