/** Starts on a durable store, with real processes: what happened while nobody was there, and reboots of the host. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { millis, noMetadata, type ReaperRecord, type RunRecord } from '../../../../core/index.ts'
import { systemClock } from '../../../../shell/clock.ts'
import { connect } from '../../../../shell/containerd/client.ts'
import { type EmbeddedContainerd, startEmbeddedContainerd } from '../../../../shell/embedded/index.ts'
import { silentLog } from '../../../../shell/log.ts'
import { openStore } from '../../../../shell/store/level.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, onStand, type ReaperWorld, sleeps } from '../../../support/reaper_world.ts'
import { waitFor } from '../../../support/wait_for.ts'

interface Host {
  readonly stand: EmbeddedContainerd
  /** One life of the reaper, under this boot of the host. */
  readonly reap: (boot: string, use: (world: ReaperWorld) => Promise<void>) => Promise<void>
  /** Rows that a reaper would have left behind under this boot. */
  readonly leave: (boot: string, rows: ReadonlyArray<ReaperRecord>) => Promise<void>
}

const withHost = async (use: (host: Host) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-recovery-'))
  const stand = await startEmbeddedContainerd({ namespace: 'ci' })
  const open = async (boot: string) => {
    const store = await openStore({ dir: join(folder, 'store'), clock: systemClock, log: silentLog, boot })()
    assert.ok(E.isRight(store), JSON.stringify(store))
    return store.right
  }
  try {
    await use({
      stand,
      reap: async (boot, life) => onStand(stand, { reaper: { store: await open(boot), bootId: boot } }, life),
      leave: async (boot, rows) => {
        const store = await open(boot)
        assert.ok(E.isRight(await store.append(rows)()))
        await store.close()()
      },
    })
  } finally {
    await stand.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const runningRow = (id: string, pid: number): RunRecord => ({
  _tag: 'RunRecord',
  run: { namespace: 'ci', id, pid, generation: 1 },
  metadata: noMetadata,
  exit: undefined,
  oomKilled: false,
  notified: false,
  attempts: 0,
  lastError: undefined,
  standing: 'open',
  at: millis(1_700_000_000_000),
})

/** Another client deletes the task behind our back. */
const deleteTask = async ({ address }: EmbeddedContainerd, id: string): Promise<void> => {
  const client = connect({ address })
  assert.ok(E.isRight(await client.taskDelete('ci', id)({ signal: new AbortController().signal })()))
  client.close()
}

/** Waits until the run of this container is on disk, or on its way there. */
const noted = ({ effects }: ReaperWorld, id: string): Promise<unknown> =>
  waitFor(() => effects.some((effect) => effect._tag === 'Persist' && effect.owner.key === `ci/${id}`), { what: `a row of ${id}` })

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'reaper: a container that went while nobody was there, task and all, is announced as 255/Unknown by the next start, once',
    run: () =>
      withHost(async ({ stand, reap }) => {
        const { pid } = await stand.run({ id: 'web', command: sleeps })
        await reap('boot-1', (world) => noted(world, 'web').then(() => undefined))
        await stand.kill({ namespace: 'ci', id: 'web' })
        await stand.exited('web')
        await deleteTask(stand, 'web')
        const before = millis(Date.now())
        await reap('boot-1', async ({ announcements }) => {
          const [said] = await announcements(1)
          assert.deepEqual([said?.run, said?.exitCode, said?.reason], [{ namespace: 'ci', id: 'web', pid, generation: 1 }, 255, 'Unknown'])
          assert.ok(
            said !== undefined && said.at >= before && said.exitedAt >= BigInt(before) * 1_000_000n,
            'the time at which it was learnt',
          )
        })
        await reap('boot-1', async ({ announced, stand }) => {
          await stand.run({ id: 'other', command: exits(0) })
          await waitFor(() => announced.length > 0, { what: 'the exit of the other' })
          assert.deepEqual(announced.map(({ run, seq }) => [run.id, seq]), [['other', 2]])
        })
      }),
  },
  {
    name: 'reaper: what exited while nobody was there has its true code, and what runs on its pid',
    run: () =>
      withHost(async ({ stand, reap }) => {
        const { pid } = await stand.run({ id: 'stays', command: sleeps })
        await stand.run({ id: 'web', command: ['/bin/sh', '-c', 'sleep 0.3; exit 9'] })
        await reap('boot-1', (world) => noted(world, 'stays').then(() => undefined))
        await stand.exited('web')
        await reap('boot-1', async ({ announcements, stand }) => {
          await announcements(1)
          await stand.kill({ namespace: 'ci', id: 'stays' })
          const said = await announcements(2)
          assert.deepEqual(said.map(({ run, exitCode, seq }) => [run.id, run.generation, exitCode, seq]), [['web', 1, 9, 1], [
            'stays',
            1,
            137,
            2,
          ]])
          assert.equal(said[1]?.run.pid, pid)
        })
      }),
  },
  ...(['boot-1', 'boot-2'] as const).map((boot): Vector => ({
    name: boot === 'boot-2'
      ? 'reaper: after a reboot a task with the pid of an earlier run is a new run, and the earlier one is over: 255/Unknown'
      : 'reaper: under the same boot a task with that pid is that run',
    run: () =>
      withHost(async ({ stand, reap, leave }) => {
        const { pid } = await stand.run({ id: 'web', command: sleeps })
        await leave('boot-1', [runningRow('web', pid)])
        await reap(boot, async ({ announcements, stand }) => {
          const isNew = boot === 'boot-2'
          if (isNew) await announcements(1)
          await stand.kill({ namespace: 'ci', id: 'web' })
          const said = await announcements(isNew ? 2 : 1)
          assert.deepEqual(
            said.map(({ run, exitCode, reason }) => [run.pid, run.generation, exitCode, reason]),
            isNew ? [[pid, 1, 255, 'Unknown'], [pid, 2, 137, 'Error']] : [[pid, 1, 137, 'Error']],
          )
          assert.ok(said.every(({ handlingMs }) => handlingMs < 60_000), 'counted from when it was learnt, not from when the run was seen')
        })
      }),
  })),
]
