/**
 * One shim: the process that holds one container's task for containerd, and outlives both the task and the daemon until it is shut down.
 * It knows the task's states and what each refuses, and one Delete at a time; it does not know the daemon, which may be gone.
 *
 * @module
 */
import { constants } from 'node:os'
import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { Status } from '../proto/gen/containerd/task.ts'
import * as events from './events.ts'
import { type Latch, latch, orAborted } from './latch.ts'
import { nowNs } from './now.ts'
import { type Child, type Exit, makeChild } from './process.ts'
import { alreadyExists, type Answer, notFound, refusal, shimClosed, unknown } from './refusal.ts'
import { type ProcessState, type Shim, type ShimParts } from './shim_port.ts'

interface Process {
  readonly id: string
  readonly child: Child
  status: Status
  exit: Exit | undefined
  readonly exited: Latch<Exit>
}

const words: Readonly<Partial<Record<Status, string>>> = {
  [Status.CREATED]: 'created',
  [Status.RUNNING]: 'running',
  [Status.PAUSED]: 'paused',
  [Status.STOPPED]: 'stopped',
}

const done: Answer<void> = E.right(undefined)
const cannot = (verb: string, { status: found }: Process, what = 'process'): Answer<never> =>
  unknown(`cannot ${verb} a ${words[found] ?? 'deleted'} ${what}`)
const noneHere: Answer<never> = notFound('container not created')
const gone: Answer<never> = E.left(refusal(status.CANCELLED, 'context canceled'))
const { SIGKILL, SIGSTOP, SIGCONT } = constants.signals

const stateOf = ({ id, child, status: now, exit }: Process): ProcessState => ({ id, pid: child.pid, status: now, exit })

export const makeShim = ({ namespace, id, publish }: ShimParts): Shim => {
  const closed = latch<Answer<never>>()
  const execs = new Map<string, Process>()
  let alive = true
  let init: Process | undefined
  let ownPidNamespace = true
  let deleting: Promise<void> | undefined
  let cut = latch()
  let oomKills = 0n
  let lastPid = 0

  /** A call that ends with "ttrpc: closed" when the shim dies under it. */
  const whileAlive = <A>(call: Promise<Answer<A>>): Promise<Answer<A>> => Promise.race([call, closed.promise])

  const find = (execId: string): Answer<Process> => {
    if (!alive) return E.left(shimClosed)
    if (init === undefined) return noneHere
    if (execId === '') return E.right(init)
    const exec = execs.get(execId)
    return exec === undefined ? notFound(`process does not exist ${execId}`) : E.right(exec)
  }

  const settle = (one: Process, exit: Exit): void => {
    one.status = Status.STOPPED
    one.exit = exit
    // A dead shim tells nobody, and a task that was deleted before it ever ran is not spoken of again.
    if (alive && init !== undefined) publish(events.taskExit(id, one.id, one.child.pid, exit))
    one.exited.open(exit)
  }

  const adopt = (processId: string, child: Child): Process => ({
    id: processId,
    child,
    status: Status.CREATED,
    exit: undefined,
    exited: latch<Exit>(),
  })

  /** The first process ended. Its exit is the last one of the container: execs are ended and told about before it. */
  const initEnded = async (one: Process, exit: Exit): Promise<void> => {
    const running = [...execs.values()].filter(({ status: now }) => now === Status.RUNNING)
    for (const exec of running) exec.child.signalAll(SIGKILL)
    await Promise.all(running.map((exec) => exec.child.exited))
    if (ownPidNamespace) one.child.signalAll(SIGKILL)
    settle(one, exit)
  }

  const signalEverything = (signal: number): number =>
    [...(init === undefined ? [] : [init]), ...execs.values()].reduce((sum, { child }) => sum + child.signalAll(signal), 0)

  const removal = async (one: Process, hold: Promise<void> | undefined): Promise<void> => {
    cut = latch()
    await Promise.race([hold ?? Promise.resolve(), closed.promise, cut.promise])
    deleting = undefined
    if (!alive || cut.opened()) return
    init = undefined
    signalAllOf(one)
    publish(events.taskDelete(id, one.child.pid, one.exit ?? { status: 0, atNs: nowNs() }))
  }

  /** Deleting ends what is left: a process that was only created, and what a container without its own pid namespace left behind. */
  const signalAllOf = (one: Process): void => {
    for (const { child } of [one, ...execs.values()]) child.signalAll(SIGKILL)
  }

  /** A Delete holds the task's lock. Whoever waited must look again, since another may have been faster. */
  const locked = (): boolean => deleting !== undefined && alive
  const unlocked = async (): Promise<void> => void await Promise.race([deleting, closed.promise])

  const setPaused = (verb: string, from: Status, to: Status, signal: number, event: events.Publication): Answer<void> => {
    const found = find('')
    if (found._tag === 'Left') return found
    if (found.right.status !== from) return cannot(verb, found.right, 'container')
    signalEverything(signal)
    found.right.status = to
    publish(event)
    return done
  }

  return {
    namespace,
    id,
    alive: () => alive,
    task: () => (init === undefined ? undefined : stateOf(init)),
    create: (spec) => {
      const child = makeChild(spec)
      if (child._tag === 'Left') {
        return unknown(
          `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${child.left}`,
        )
      }
      const one = adopt(id, child.right)
      ownPidNamespace = spec.ownPidNamespace
      init = one
      lastPid = one.child.pid
      void one.child.exited.then((exit) => initEnded(one, exit))
      publish(events.taskCreate(id, one.child.pid, `/run/containerd/io.containerd.runtime.v2.task/${namespace}/${id}`))
      return E.right(one.child.pid)
    },
    start: (execId) => {
      const found = find(execId)
      if (found._tag === 'Left') return found
      const one = found.right
      if (one.status !== Status.CREATED) return cannot('start', one)
      one.status = Status.RUNNING
      publish(execId === '' ? events.taskStart(id, one.child.pid) : events.execStarted(id, execId, one.child.pid))
      one.child.begin()
      return E.right(one.child.pid)
    },
    exec: (execId, spec) => {
      const found = find('')
      if (found._tag === 'Left') return found
      if (found.right.status !== Status.RUNNING) return unknown(`cannot exec in a ${words[found.right.status] ?? 'deleted'} state`)
      if (execs.has(execId)) return alreadyExists(`id ${execId}`)
      const child = makeChild(spec)
      if (child._tag === 'Left') return unknown(`OCI runtime exec failed: ${child.left}`)
      const one = adopt(execId, child.right)
      execs.set(execId, one)
      void one.child.exited.then((exit) => settle(one, exit))
      publish(events.execAdded(id, execId))
      return done
    },
    state: (execId) => {
      if (deleting !== undefined && alive && init !== undefined) {
        return E.right({ id: execId === '' ? id : execId, pid: 0, status: Status.UNKNOWN, exit: undefined })
      }
      return E.map(stateOf)(find(execId))
    },
    wait: async (execId, signal) => {
      const found = find(execId)
      if (found._tag === 'Left') return found
      const { exit, exited } = found.right
      // Reading the exit needs the lock that a Delete holds while it hangs.
      if (exit !== undefined) {
        while (locked() && !signal.aborted) await orAborted(signal, unlocked(), undefined)
        return alive ? E.right(exit) : E.left(shimClosed)
      }
      return orAborted(signal, whileAlive(exited.promise.then((value) => E.right(value))), gone)
    },
    kill: async (execId, signal, all) => {
      let waited = false
      while (locked()) {
        waited = true
        await unlocked()
      }
      if (waited && alive && init === undefined) return notFound('cannot kill a deleted process')
      const found = find(execId)
      if (found._tag === 'Left') return found
      // Killing all is never too late: what is left is found, and nothing left is fine too.
      const reached = all ? signalEverything(signal) >= 0 : found.right.child.signal(signal)
      return reached ? done : notFound('process already finished')
    },
    pause: () => setPaused('pause', Status.RUNNING, Status.PAUSED, SIGSTOP, events.taskPaused(id)),
    resume: () => setPaused('resume', Status.PAUSED, Status.RUNNING, SIGCONT, events.taskResumed(id)),
    remove: async (hold) => {
      let waited = false
      while (locked()) {
        waited = true
        await unlocked()
      }
      if (waited && alive && init === undefined) return notFound('cannot delete a deleted process')
      const found = find('')
      if (found._tag === 'Left') return found
      const one = found.right
      if (one.status === Status.RUNNING || one.status === Status.PAUSED) return cannot('delete', one)
      deleting = removal(one, hold)
      const mine = deleting
      return whileAlive(mine.then(() => {
        if (!alive) return E.left(shimClosed)
        return init === one ? unknown('context deadline exceeded') : E.right(stateOf(one))
      }))
    },
    cutOff: () => cut.open(),
    idle: async () => {
      while (locked()) await unlocked()
    },
    removeExec: (execId) => {
      const found = find(execId)
      if (found._tag === 'Left') return found
      if (found.right.status === Status.RUNNING) return cannot('delete', found.right)
      found.right.child.signalAll(SIGKILL)
      execs.delete(execId)
      return E.right(stateOf(found.right))
    },
    lastPid: () => lastPid,
    members: () => [...(init === undefined ? [] : [init]), ...execs.values()].flatMap(({ child }) => child.members()),
    shutdown: () => {
      if (init === undefined) alive = false
    },
    die: () => {
      alive = false
      closed.open(E.left(shimClosed))
    },
    reapChildren: async () => {
      const first = init?.child
      signalEverything(SIGKILL)
      init = undefined
      await first?.exited
    },
    oomKills: () => oomKills,
    setOomKills: (count) => {
      oomKills = count
    },
  }
}
