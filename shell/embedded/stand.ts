/**
 * The whole stand: a small containerd with real child processes as containers, on a unix socket, with knobs for everything that can go wrong.
 * It wires the parts together and offers what tests need beside gRPC. It proves nothing about the real containerd.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Container } from '../proto/gen/containerd/containers.ts'
import { Image } from '../proto/gen/containerd/images.ts'
import { Status } from '../proto/gen/containerd/task.ts'
import {
  type ContainerSpec,
  type EmbeddedContainerd,
  type EmbeddedOptions,
  type Leftovers,
  type Ref,
  type RunningContainer,
  type TaskStatus,
} from './api.ts'
import { makeCalls } from './calls.ts'
import { createContainer, deleteContainer } from './containers_service.ts'
import { type Daemon, makeDaemon } from './daemon.ts'
import { taskOom } from './events.ts'
import { makeExchange } from './exchange.ts'
import { answerHeld, dropped, makeFaults, onCall, onEvent } from './faults.ts'
import { makeForwarder } from './forwarder.ts'
import { createImage } from './images_service.ts'
import { makeListener } from './listener.ts'
import { type Answer } from './refusal.ts'
import { makeRpc } from './rpc.ts'
import { createSandbox, exitSandbox } from './sandboxes_service.ts'
import { register } from './serve.ts'
import { type Shim, type TaskSpec } from './shim_port.ts'
import { specOf } from './spec.ts'
import { makeRecords } from './state.ts'

/** What a refusal is for users of the stand: a mistake in the test. */
const orThrow = <A>(action: string, answer: Answer<A>): A => {
  if (answer._tag === 'Left') throw new Error(`Cannot ${action}: ${answer.left.message}`)
  return answer.right
}

const taskOf = ({ command, env, cwd, ownPidNamespace = true }: ContainerSpec): TaskSpec => ({
  argv: command,
  ownPidNamespace,
  ...(env === undefined ? {} : { env }),
  ...(cwd === undefined ? {} : { cwd }),
})

const recordOf = (spec: ContainerSpec): Container =>
  Container.fromPartial({
    id: spec.id,
    labels: new Map(Object.entries(spec.labels ?? {})),
    image: spec.image ?? '',
    runtime: { name: 'io.containerd.runc.v2' },
    spec: specOf(taskOf(spec)),
    sandbox: spec.sandboxId ?? '',
    extensions: new Map(spec.extensions),
  })

const statusNames: Readonly<Partial<Record<Status, TaskStatus>>> = {
  [Status.CREATED]: 'CREATED',
  [Status.RUNNING]: 'RUNNING',
  [Status.STOPPED]: 'STOPPED',
  [Status.PAUSED]: 'PAUSED',
}

const named = ({ namespace, id }: Shim): { readonly namespace: string; readonly id: string } => ({ namespace, id })

const leftoversOf = (shims: ReadonlyArray<Shim>): Leftovers => {
  const ended = shims.filter((shim) => shim.task()?.status === Status.STOPPED)
  return {
    tasks: ended.map(named),
    shims: shims.filter((shim) => shim.alive() && shim.task() === undefined).map(named),
    processes: ended.flatMap((shim) => shim.members()),
  }
}

/**
 * Starts an embedded containerd. It listens when the promise resolves, and holds the process open until `stop()`.
 *
 * @example A container runs, exits, and is left over until somebody deletes it
 * ```ts
 * import assert from 'node:assert/strict'
 * import { startEmbeddedContainerd } from 'containerd-reaper/testing'
 *
 * const stand = await startEmbeddedContainerd()
 * await stand.run({ id: 'job', command: ['sh', '-c', 'exit 3'] })
 * assert.equal((await stand.exited('job')).status, 3)
 * assert.deepEqual(stand.leftovers().tasks, [{ namespace: 'default', id: 'job' }])
 * await stand.stop()
 * ```
 *
 * @example A Delete that hangs in the shim
 * ```ts
 * import assert from 'node:assert/strict'
 * import { hanging, onCall, startEmbeddedContainerd } from 'containerd-reaper/testing'
 *
 * const stand = await startEmbeddedContainerd()
 * const hung = stand.faults.set(onCall('Delete', hanging, { id: 'job', times: 1 }))
 * // ... have something delete it, await hung.hit(), look around, and let it go:
 * hung.release()
 * assert.equal(stand.calls.count('Delete', 'job'), 0)
 * await stand.stop()
 * ```
 */
export const startEmbeddedContainerd = async (options: EmbeddedOptions = {}): Promise<EmbeddedContainerd> => {
  const { namespace: home = 'default', sandboxes = 'normal', version = 'v2.2.0-embedded', deadShimPid = 'zero', stateLimitMs = 0 } = options
  const { stepMs = 1000, tries = 6 } = options.shimRetries ?? {}
  const ownFolder = options.socketPath === undefined ? mkdtempSync(join(tmpdir(), 'containerd-')) : undefined
  const socketPath = options.socketPath ?? join(ownFolder ?? '', 'containerd.sock')
  const uuid = randomUUID()
  let lives = 0

  const faults = makeFaults()
  options.faults?.forEach(faults.set)
  const calls = makeCalls()
  const exchange = makeExchange(faults)
  const records = makeRecords()
  const daemon: Daemon = makeDaemon({ records, exchange, forward: (namespace, event) => forwarder.send(namespace, event), deadShimPid })
  const forwarder = makeForwarder({ isUp: daemon.isUp, deliver: exchange.publish, stepMs, tries })
  const identity = () => ({ uuid, pid: BigInt(process.pid + lives) })
  const rpc = makeRpc(calls, faults)
  const listener = makeListener(socketPath, register({ version, identity, sandboxes, daemon, exchange, records, rpc, stateLimitMs }))

  const split = (
    ref: Ref,
  ): { readonly namespace: string; readonly id: string } => (typeof ref === 'string' ? { namespace: home, id: ref } : ref)
  const shimOf = (ref: Ref): Shim => {
    const { namespace, id } = split(ref)
    const shim = daemon.shims.get(namespace, id)
    if (shim === undefined) {
      throw new Error(`Cannot find the task of "${id}": wanted a container of namespace "${namespace}" that was created and not deleted`)
    }
    return shim
  }
  const create = (spec: ContainerSpec): RunningContainer => {
    const { namespace, id } = { namespace: spec.namespace ?? home, id: spec.id }
    orThrow(`create container "${id}"`, createContainer(records, exchange, namespace, recordOf(spec)))
    return { namespace, id, pid: orThrow(`create the task of container "${id}"`, daemon.create(namespace, id, taskOf(spec))) }
  }
  const killEverything = (): ReadonlyArray<Promise<void>> =>
    daemon.shims.all().map((shim) => {
      shim.die()
      return shim.reapChildren()
    })
  const onExit = (): void => void killEverything()
  const crash = async (): Promise<void> => {
    daemon.goDown()
    await listener.close()
  }
  const revive = async ({ cleanUp = false }: { readonly cleanUp?: boolean } = {}): Promise<void> => {
    lives += 1
    daemon.goUp(cleanUp)
    await listener.open()
  }

  await listener.open()
  // Children must not outlive a test run that ends without stop().
  process.once('exit', onExit)

  return {
    address: socketPath,
    target: `unix://${socketPath}`,
    faults,
    calls,
    events: { log: exchange.log, published: exchange.published },
    run: async (spec) => {
      const made = create(spec)
      orThrow(`start container "${spec.id}"`, shimOf(made).start(''))
      return made
    },
    createOnly: async (spec) => create(spec),
    start: async (ref) => void orThrow(`start "${split(ref).id}"`, shimOf(ref).start('')),
    exec: async (ref, execId, command) => {
      orThrow(`add exec "${execId}"`, shimOf(ref).exec(execId, { argv: command }))
      return orThrow(`start exec "${execId}"`, shimOf(ref).start(execId))
    },
    kill: async (ref, signal = 'SIGKILL') =>
      orThrow(`kill "${split(ref).id}"`, await shimOf(ref).kill('', constants.signals[signal], false)),
    deleteRecord: async (ref) => {
      const { namespace, id } = split(ref)
      orThrow(`delete the record of "${id}"`, deleteContainer(records, exchange, namespace, id))
    },
    exited: async (ref, execId = '') =>
      orThrow(`wait for "${split(ref).id}"`, await shimOf(ref).wait(execId, new AbortController().signal)),
    status: (ref) => {
      const { namespace, id } = split(ref)
      const state = daemon.shims.get(namespace, id)?.task()
      return statusNames[state?.status ?? Status.UNKNOWN]
    },
    members: (ref) => shimOf(ref).members(),
    setOomKills: (ref, count) => shimOf(ref).setOomKills(BigInt(count)),
    oom: (ref) => {
      const shim = shimOf(ref)
      shim.setOomKills(shim.oomKills() + 1n)
      forwarder.send(shim.namespace, taskOom(shim.id))
    },
    killShim: (ref) => daemon.shimDied(shimOf(ref)),
    loseExits: (ref) => {
      const event = faults.set(onEvent('/tasks/exit', dropped, split(ref)))
      const wait = faults.set(onCall('Wait', answerHeld, split(ref)))
      return {
        hits: event.hits,
        hit: event.hit,
        release: () => {
          event.release()
          wait.release()
        },
      }
    },
    createSandbox: (spec) =>
      void orThrow(`create sandbox "${spec.id}"`, createSandbox(records, { ...spec, namespace: spec.namespace ?? home })),
    exitSandbox: (ref, code = 0) => {
      const { namespace, id } = split(ref)
      const sandbox = records.sandboxes.get(namespace, id)
      if (sandbox === undefined) throw new Error(`Cannot end sandbox "${id}": wanted one in namespace "${namespace}", found none`)
      exitSandbox(sandbox, code)
    },
    createImage: ({ name, namespace = home, digest = `sha256:${'0'.repeat(64)}`, labels = {} }) => {
      const image = Image.fromPartial({ name, target: { digest }, labels: new Map(Object.entries(labels)) })
      orThrow(`create image "${name}"`, createImage(records, exchange, namespace, image))
    },
    cutConnections: listener.cut,
    crash,
    revive,
    restart: async (how) => {
      await crash()
      await revive(how)
    },
    republish: forwarder.flush,
    leftovers: () => leftoversOf(daemon.shims.all()),
    stop: async () => {
      process.removeListener('exit', onExit)
      faults.clear()
      forwarder.drop()
      exchange.stop()
      await listener.stop()
      await Promise.all(killEverything())
      rmSync(ownFolder ?? socketPath, { recursive: true, force: true })
    },
  }
}
