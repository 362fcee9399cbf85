/** The program and its store: what a restart knows, what `status` finds when none runs, and a store that is damaged. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { status as grpc } from '@grpc/grpc-js'
import { status } from '../../../../shell/cli/status.ts'
import { onCall, refused } from '../../../../shell/embedded/index.ts'
import { openHead, readHead } from '../../../../shell/store/head.ts'
import { commandOf, heard } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { exits } from '../../../support/reaper_world.ts'
import { inWorld } from './run.ts'

export const statusIn = async (stateDir: string, ...argv: ReadonlyArray<string>): Promise<{ code: number; out: ReadonlyArray<string> }> => {
  const streams = heard()
  const command = commandOf('status', '--state-dir', stateDir, ...argv)
  assert.ok(command._tag === 'Status')
  const code = await status(command, streams)
  assert.deepEqual(streams.errLines(), [])
  return { code, out: streams.outLines() }
}

/** One bit of the first row with this text, in whichever file of the store holds it. */
const damage = (stateDir: string, text: string): void => {
  const rows = join(stateDir, 'store', 'rows')
  for (const name of readdirSync(rows)) {
    const bytes = readFileSync(join(rows, name))
    const at = bytes.indexOf(text)
    if (at < 0) continue
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(join(rows, name), bytes)
    return
  }
  throw new Error(`wanted ${text} in a file of the store, found it in none`)
}

/** As if the lines up to this number had been taken by their reader, and no more. */
const mark = (stateDir: string, seq: number): void => {
  const head = openHead(stateDir, 'printed')
  head.say(1, seq)
  head.close()
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'run: after a restart nothing is announced twice, and the numbers go on',
    run: () =>
      inWorld(async ({ stand, start }) => {
        const first = start('--log', 'json')
        await stand.run({ id: 'one', command: exits(3) })
        assert.equal((await first.hear('container stopped'))['seq'], 1)
        first.stop()
        await first.ended
        const second = start('--log', 'json')
        await stand.run({ id: 'two', command: exits(4) })
        const line = await second.hear('container stopped')
        assert.deepEqual([line['id'], line['seq'], line['exitCode']], ['two', 2, 4])
        second.stop()
        assert.equal(await second.ended, 0)
        assert.equal(second.said('container stopped').length, 1)
      }),
  },
  {
    name: 'run: an exit whose task could not be deleted yet is announced by the next start with its true code',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        stand.faults.set(onCall('Delete', refused(grpc.UNKNOWN, 'device or resource busy')))
        const first = start('--log', 'json')
        await stand.run({ id: 'one', command: exits(42) })
        await first.hear('handling failed, will try again')
        first.stop()
        await first.ended
        const { code, out } = await statusIn(stateDir)
        assert.equal(code, 0)
        assert.match(out[0] ?? '', /^no reaper runs; when the last one ended: 1 containers, 0 running, 1 in handling, 0 announced$/)
        assert.match(out.join('\n'), /ci\/one +\d+ +42 /)
        stand.faults.clear()
        const second = start('--log', 'json')
        assert.equal((await second.hear('container stopped'))['exitCode'], 42)
        second.stop()
        assert.equal(await second.ended, 0)
      }),
  },
  {
    name: 'run: a line that a kill kept back is printed by the next start, once, with its number',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const first = start('--log', 'json')
        for (const [id, code] of [['one', 3], ['two', 4]] as const) await stand.run({ id, command: exits(code) })
        await first.hear('container stopped', 2)
        first.stop()
        await first.ended
        const [, lost] = first.said('container stopped')
        mark(stateDir, 1) // as if it had been killed with the second announcement written and not said
        const { time: _, ...same } = lost ?? {}
        for (const lines of [[same], []]) {
          const next = start('--log', 'json')
          await next.hear('connected to containerd')
          next.stop()
          assert.equal(await next.ended, 0)
          assert.deepEqual(next.said('container stopped').map(({ time: _, ...line }) => line), lines)
        }
      }),
  },
  {
    name: 'run: where it is not known what was printed, or it was of another store, all is printed again',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const first = start('--log', 'json')
        await stand.run({ id: 'one', command: exits(3) })
        await first.hear('container stopped')
        first.stop()
        await first.ended
        const unknowns = [() => rmSync(join(stateDir, 'printed')), () =>
          mark(stateDir, 17), () =>
          writeFileSync(join(stateDir, 'printed'), 'nonsense')]
        for (const forget of unknowns) {
          forget()
          const next = start('--log', 'json')
          await next.hear('connected to containerd')
          next.stop()
          assert.equal(await next.ended, 0)
          assert.equal(next.said('container stopped').length, 1)
          assert.equal(readHead(stateDir, 'printed').last, 1)
        }
      }),
  },
  {
    name: 'run: a count of lines that cannot be kept is said once, and nothing else is the worse for it',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        mkdirSync(join(stateDir, 'printed'))
        const first = start('--log', 'json')
        await stand.run({ id: 'one', command: exits(3) })
        await first.hear('container stopped')
        first.stop()
        assert.equal(await first.ended, 0)
        assert.equal(first.said('cannot note what has been printed: it is printed again by the next start').length, 1)
      }),
  },
  {
    name: 'run: a damaged store is refused in one line, exit code 1; with --salvage it goes on and keeps the damaged one',
    run: () =>
      inWorld(async ({ stand, stateDir, start }) => {
        const first = start('--log', 'json')
        await stand.run({ id: 'one', command: exits(3) })
        await first.hear('container stopped')
        first.stop()
        await first.ended
        damage(stateDir, '"exitCode":3')
        const refused = start('--log', 'json')
        assert.equal(await refused.ended, 1)
        assert.equal(refused.errLines().length, 1)
        assert.match(refused.errLines()[0] ?? '', /^Cannot open the store in .*: row \d+: wanted .* --salvage /)
        const salvaged = start('--log', 'json', '--salvage')
        const { kept, lost } = await salvaged.hear('the store was damaged and has been salvaged')
        assert.ok(Number(lost) > 0)
        assert.ok(Number(kept) > 0)
        salvaged.stop()
        assert.equal(await salvaged.ended, 0)
        assert.ok(readdirSync(stateDir).some((name) => name.startsWith('store.damaged-')))
      }),
  },
]
