/**
 * `containerd-reaper demo`: the embedded containerd, a few containers that exit in different ways, and what happened to each.
 * Needs no root and no containerd. What it shows is our own code at work, on a stand-in.
 *
 * @module
 */
import { tmpdir } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import type { Announcement, Effect, LogFormat, ReaperRecord } from '../../core/index.ts'
import { systemClock } from '../clock.ts'
import { connect } from '../containerd/client.ts'
import { answerHeld, type EmbeddedContainerd, onCall, startEmbeddedContainerd } from '../embedded/index.ts'
import { makeLog } from '../log.ts'
import { startReaper } from '../reaper.ts'
import { memoryStore } from '../store/memory.ts'
import { announcementFields } from './announcement_fields.ts'
import type { Streams } from './streams.ts'

const namespace = 'demo'

/** A container of the demonstration: what it is about, and how it is brought to its end. */
interface Act {
  readonly id: string
  readonly about: string
  readonly play: (containerd: EmbeddedContainerd) => Promise<void>
}

const shell = (
  id: string,
  script: string,
): { readonly namespace: string; readonly id: string; readonly command: ReadonlyArray<string> } => (
  { namespace, id, command: ['/bin/sh', '-c', script] }
)
const waits = (id: string): ReturnType<typeof shell> => shell(id, 'exec sleep 1000') // until somebody kills it

const acts: ReadonlyArray<Act> = [
  {
    id: 'job-ok',
    about: 'ends by itself',
    play: async (containerd) => void await containerd.run(shell('job-ok', 'exit 0')),
  },
  {
    id: 'job-fails',
    about: 'ends with an error',
    play: async (containerd) => void await containerd.run(shell('job-fails', 'exit 3')),
  },
  {
    id: 'job-killed',
    about: 'is killed',
    play: async (containerd) => {
      await containerd.run(waits('job-killed'))
      await containerd.kill({ namespace, id: 'job-killed' })
    },
  },
  {
    id: 'job-hungry',
    about: 'is killed for want of memory',
    play: async (containerd) => {
      await containerd.run(waits('job-hungry'))
      containerd.setOomKills({ namespace, id: 'job-hungry' }, 1)
      await containerd.kill({ namespace, id: 'job-hungry' })
    },
  },
  {
    id: 'job-parent',
    about: 'leaves a child behind',
    play: async (containerd) => void await containerd.run({ ...shell('job-parent', 'sleep 1000 & exit 0'), ownPidNamespace: false }),
  },
  {
    id: 'job-hangs',
    about: 'its delete hangs for longer than an attempt may take',
    play: async (containerd) => {
      const hang = containerd.faults.set(onCall('Delete', answerHeld, { namespace, id: 'job-hangs', times: 1 }))
      await containerd.run(shell('job-hangs', 'exit 7'))
      await hang.hit()
      await systemClock.sleep(attemptMs * 2, new AbortController().signal)
      hang.release()
    },
  },
  {
    id: 'job-orphan',
    about: 'its shim is killed, so nobody can tell how it ended',
    play: async (containerd) => {
      await containerd.run(waits('job-orphan'))
      await containerd.killShim({ namespace, id: 'job-orphan' })
    },
  },
]

/** Short, so that the demonstration is: `run` gives an attempt 10 s. */
const attemptMs = 400

export const demo = async (format: LogFormat, { out, err }: Streams): Promise<number> => {
  const log = makeLog({ format, level: 'warn', clock: systemClock, out: { write: out }, err: { write: err } })
  const embedded = await startEmbeddedContainerd({ namespace })
  const containerd = connect({ address: embedded.address })
  const steps = new Map<string, Array<string>>()
  const announced: Array<Announcement> = []
  try {
    if (format === 'pretty') {
      out(`An embedded containerd on ${embedded.address.replace(tmpdir(), '$TMPDIR')}, ${acts.length} containers:\n\n`)
    }
    const started = await startReaper({
      containerd,
      store: memoryStore<ReaperRecord>(),
      namespaces: [namespace],
      policy: { handlingTimeoutMs: attemptMs, backoffFirstMs: 60_000 },
      log,
      trace: (_, effects) => effects.forEach((effect) => note(steps, effect)),
      onAnnouncement: (announcement) => {
        announced.push(announcement)
        if (format === 'json') log.result('container stopped', announcementFields(announcement))
      },
    })()
    if (E.isLeft(started)) {
      err(`${started.left.message}\n`)
      return 1
    }
    const reaper = started.right
    await reaper.ready()
    await Promise.all(acts.map(async ({ id, play }) => {
      const stopped = reaper.stopped(namespace, id)()
      await play(embedded)
      await stopped
    }))
    await reaper.stop(1_000)()
    const { tasks, shims, processes } = embedded.leftovers()
    if (format === 'pretty') {
      out(table(announced, steps))
      out(`\nLeft behind: ${tasks.length} tasks, ${shims.length} shims, ${processes.length} processes.\n`)
    }
    return tasks.length + shims.length + processes.length === 0 ? 0 : 1
  } finally {
    containerd.close()
    await embedded.stop()
  }
}

/** Steps worth telling: what containerd or the disk was asked for because of the exit. */
const told: Readonly<Partial<Record<Effect['_tag'], string>>> = {
  ReadOomKills: 'count OOM kills',
  Persist: 'write',
  LoadTask: 'look',
  KillTask: 'kill',
  DeleteTask: 'delete',
  CleanUpTask: 'shut shim down',
}

/** That a run goes on is written too, but not because of its exit. */
const isOfRunning = (effect: Effect): boolean =>
  effect._tag === 'Persist' && effect.records.every((record) => record._tag === 'RunRecord' && record.exit === undefined)

const note = (steps: Map<string, Array<string>>, effect: Effect): void => {
  const key = 'container' in effect ? effect.container : effect._tag === 'Persist' ? effect.owner.key : undefined
  const step = told[effect._tag]
  if (key === undefined || step === undefined || isOfRunning(effect)) return
  const id = key.slice(key.indexOf('/') + 1)
  steps.set(id, [...(steps.get(id) ?? []), step])
}

const table = (announced: ReadonlyArray<Announcement>, steps: ReadonlyMap<string, ReadonlyArray<string>>): string => {
  const rows = [
    ['CONTAINER', 'WHAT IT DOES', 'EXIT', 'REASON', 'TRIES', 'TIME', 'STEPS'],
    ...announced.map(({ run, exitCode, reason, attempts, handlingMs }) => [
      run.id,
      acts.find(({ id }) => id === run.id)?.about ?? '',
      String(exitCode),
      reason,
      String(attempts),
      `${handlingMs} ms`,
      `${(steps.get(run.id) ?? []).join(', ')}, announce`,
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return `${rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')}\n`
}
