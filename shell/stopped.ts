/**
 * The stop channel: who awaits the end of a container's run is told when its announcement is durable.
 *
 * @module
 */
import {
  type Announcement,
  containerKey,
  type Exit,
  lookup,
  type Nanos,
  type RunId,
  type ShownReason,
  shownReason,
  type State,
} from '../core/index.ts'

/** How a run ended. */
export interface Stopped {
  readonly run: RunId
  /** Exit status, 0 to 255 on Linux; 255 with reason `Unknown` when nobody saw the end. */
  readonly exitCode: number
  /** Nanoseconds since 1970. */
  readonly exitedAt: Nanos
  readonly reason: ShownReason
}

/** The reaper was stopped first: the run goes on, or its end is told by the next start. Known by its `run`, of which there is none. */
export interface NotStopped {
  readonly run: undefined
  readonly exitCode: undefined
  readonly exitedAt: undefined
  readonly reason: 'ReaperStopped'
}

export interface StoppedRuns {
  /** Tells those who wait. */
  readonly signal: (announcement: Announcement) => void
  /** The end of the open run, or of the next; at once for a container whose last run is over. */
  readonly next: (namespace: string, id: string, state: State) => Promise<Stopped | NotStopped>
  /** Nothing is signalled any more: tells those who wait, and who ask from now on of what is not over. */
  readonly end: () => void
}

const notStopped: NotStopped = { run: undefined, exitCode: undefined, exitedAt: undefined, reason: 'ReaperStopped' }

export const stoppedRuns = (): StoppedRuns => {
  const waiting = new Map<string, Array<(stopped: Stopped | NotStopped) => void>>()
  let hasEnded = false
  return {
    signal: ({ run, exitCode, exitedAt, reason }) => {
      const key = containerKey(run.namespace, run.id)
      const resolvers = waiting.get(key) ?? []
      waiting.delete(key)
      for (const resolve of resolvers) resolve({ run, exitCode, exitedAt, reason })
    },
    next: (namespace, id, state) =>
      new Promise((resolve) => {
        const key = containerKey(namespace, id)
        const over = lastOver(state, namespace, id)
        if (over !== undefined) resolve(over)
        else if (hasEnded) resolve(notStopped)
        else waiting.set(key, [...(waiting.get(key) ?? []), resolve])
      }),
    end: () => {
      hasEnded = true
      const resolvers = [...waiting.values()].flat()
      waiting.clear()
      for (const resolve of resolvers) resolve(notStopped)
    },
  }
}

const lastOver = (state: State, namespace: string, id: string): Stopped | undefined => {
  const container = lookup(containerKey(namespace, id), state.containers)
  const run = container?.runs.at(-1)
  // Who asks after a container that has gone means the next one of its name.
  if (run === undefined || container?.lookup._tag === 'Deleted') return undefined
  const { phase } = run
  const exit: Exit | undefined = phase._tag === 'Exited' ? phase.exit : phase._tag === 'Announced' ? phase.over.exit : undefined
  if (exit === undefined) return undefined
  return { run: run.id, exitCode: exit.code, exitedAt: exit.at, reason: shownReason(exit, run.oom._tag !== 'None') }
}
