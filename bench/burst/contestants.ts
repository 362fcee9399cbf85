/** Who takes a burst: our reaper, or bare `Tasks.Delete` calls of the same client and nothing else. */
import * as E from 'fp-ts/lib/Either.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReaperRecord } from '../../core/index.ts'
import { connect, type Containerd, memoryStore, openStore, silentLog, startReaper, systemClock } from '../../shell/index.ts'
import type { Store } from '../../shell/store/port.ts'
import { atOnce } from './at_once.ts'
import { type Crowd, settled } from './crowd.ts'

export interface Contestant {
  readonly name: string
  /** Comes to an address, and is there when the promise resolves. */
  readonly come: (address: string, crowd: Crowd) => Promise<Present>
}

export interface Present {
  /** Takes the crowd that is there now: resolves when the last task is deleted and, with us, the last STOPPED is announced. */
  readonly take: () => Promise<void>
  /** Calls that were made since it was last asked. */
  readonly calls: () => ReadonlyMap<string, number>
  readonly leave: () => Promise<void>
}

/** The client, and how often each of its calls was made. */
const counted = (containerd: Containerd): { readonly containerd: Containerd; readonly calls: Present['calls'] } => {
  let counts = new Map<string, number>()
  const counting = new Proxy(containerd, {
    get: (target, name, receiver): unknown => {
      counts.set(String(name), (counts.get(String(name)) ?? 0) + 1)
      return Reflect.get(target, name, receiver)
    },
  })
  const calls = (): ReadonlyMap<string, number> => {
    const before = counts
    counts = new Map()
    return before
  }
  return { containerd: counting, calls }
}

export interface OurOptions {
  readonly maxHandlings: number
  /** On disk, as the program has it, or in memory: what the disk costs is the difference. */
  readonly isDurable: boolean
  /** Whether to come back only once it watches. */
  readonly ready: boolean
}

interface Kept {
  readonly store: Store<ReaperRecord>
  readonly forget: () => void
}

const keptInMemory = (): Kept => ({ store: memoryStore(), forget: () => undefined })

const keptOnDisk = async (): Promise<Kept> => {
  const dir = mkdtempSync(join(tmpdir(), 'burst-'))
  const opened = await openStore({ dir, clock: systemClock, log: silentLog })()
  if (E.isLeft(opened)) throw new Error(opened.left.message)
  return { store: opened.right, forget: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Our reaper, in process. */
export const ours = ({ maxHandlings, isDurable, ready }: OurOptions): Contestant => ({
  name: `ours, ${isDurable ? '' : 'nothing on disk, '}${maxHandlings} at once`,
  come: async (address, { namespace, ids }) => {
    const { containerd, calls } = counted(connect({ address }))
    const { store, forget } = isDurable ? await keptOnDisk() : keptInMemory()
    let left = new Set(ids)
    let finish: () => void = () => undefined
    const started = await startReaper({
      containerd,
      store,
      namespaces: [namespace],
      policy: { maxHandlings },
      onAnnouncement: ({ run }) => {
        left.delete(run.id)
        if (left.size === 0) finish()
      },
    })()
    if (E.isLeft(started)) throw new Error(started.left.message)
    const reaper = started.right
    if (ready) await reaper.ready()
    return {
      take: () => {
        if (left.size === 0) left = new Set(ids)
        return new Promise((resolve) => finish = resolve)
      },
      calls,
      leave: async () => {
        await reaper.stop(1_000)()
        containerd.close()
        forget()
      },
    }
  },
})

/** A Delete for every task as soon as its Wait ends, `lanes` at once. */
export const bareWatching = (lanes: number): Contestant => ({
  name: `bare deletes, ${lanes} at once`,
  come: async (address, { namespace, ids }) => {
    const { containerd, calls } = counted(connect({ address }))
    await settled(containerd.taskList(namespace))
    const take = (): Promise<void> =>
      new Promise((finish) => {
        const waiting: Array<string> = []
        let deleted = 0
        let busy = 0
        const lane = async (): Promise<void> => {
          busy += 1
          for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
            await settled(containerd.taskDelete(namespace, id))
            deleted += 1
          }
          busy -= 1
          if (deleted === ids.length) finish()
        }
        const watch = async (id: string): Promise<void> => {
          await settled(containerd.taskWait(namespace, id))
          waiting.push(id)
          if (busy < lanes) await lane()
        }
        for (const id of ids) void watch(id)
      })
    return { take, calls, leave: async () => containerd.close() }
  },
})

/** Lists the tasks, then deletes them, `lanes` at once. */
export const bareListing = (lanes: number): Contestant => ({
  name: `bare deletes, ${lanes} at once`,
  come: async (address, { namespace }) => {
    const { containerd, calls } = counted(connect({ address }))
    const take = async (): Promise<void> => {
      const tasks = await settled(containerd.taskList(namespace))
      await atOnce(lanes, tasks, async ({ id }) => {
        await settled(containerd.taskDelete(namespace, id))
      })
    }
    return { take, calls, leave: async () => containerd.close() }
  },
})
