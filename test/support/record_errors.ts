/**
 * Makes a real containerd of our own fail in every way we know and writes down what a gRPC client is told: the data of
 * test/shell/containerd/classify.test.ts. Not a test; run by hand, as root, when containerd or grpc-js changes:
 * `node dist/test/support/record_errors.js` (or the .ts on Deno) prints the recordings as JSON.
 */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Method } from '../../shell/containerd/unary.ts'
import { ContainersService } from '../../shell/proto/gen/containerd/containers.ts'
import { EventsService } from '../../shell/proto/gen/containerd/events.ts'
import { ImagesService } from '../../shell/proto/gen/containerd/images.ts'
import { NamespacesService } from '../../shell/proto/gen/containerd/namespaces.ts'
import { ControllerService, StoreService } from '../../shell/proto/gen/containerd/sandbox.ts'
import { TasksService } from '../../shell/proto/gen/containerd/tasks.ts'
import { VersionService } from '../../shell/proto/gen/containerd/version.ts'
import { type Containerd, ctrFor, signalShim, slowRunc, startContainerd } from './containerd/index.ts'
import { waitFor } from './wait_for.ts'

interface Recording {
  readonly how: string
  readonly call: string
  readonly code: number
  readonly details: string
}

interface Calling {
  readonly namespace?: string
  /** A deadline that grpc-js keeps. */
  readonly deadlineMs?: number
  /** A deadline that only containerd knows of, so that its answer is seen. */
  readonly serverTimeoutMs?: number
  /** Cancels the call when this resolves. */
  readonly cancelWhen?: Promise<unknown>
  readonly receiveLimit?: number
}

const recordings: Array<Recording> = []
const namespace = 'recorder'

const clientOf = (address: string, receiveLimit = 16 * 1024 * 1024): Client =>
  new Client(`unix:${address}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.max_receive_message_length': receiveLimit,
    'grpc.use_local_subchannel_pool': 1,
  })

const headers = ({ namespace: name = namespace, serverTimeoutMs }: Calling): Metadata => {
  const metadata = new Metadata()
  if (name !== '') metadata.set('containerd-namespace', name)
  if (serverTimeoutMs !== undefined) metadata.set('grpc-timeout', `${serverTimeoutMs}m`)
  return metadata
}

/** The error a call ends with, if it does. */
const failureOf = <Req, Res>(
  client: Client,
  method: Method<Req, Res>,
  request: Req,
  calling: Calling,
  streamed: boolean,
): Promise<ServiceError | undefined> =>
  new Promise((resolve) => {
    const { path, requestSerialize, responseDeserialize } = method
    const options = calling.deadlineMs === undefined ? {} : { deadline: Date.now() + calling.deadlineMs }
    const succeeded = (): void => resolve(undefined)
    if (streamed) {
      const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, headers(calling), options)
      call.on('data', () => undefined).on('error', resolve).on('end', () => setImmediate(succeeded))
      void calling.cancelWhen?.then(() => call.cancel())
    } else {
      const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, headers(calling), options, (error) =>
        error === null ? succeeded() : resolve(error))
      void calling.cancelWhen?.then(() =>
        call.cancel()
      )
    }
  })

const record = async <Req, Res>(
  how: string,
  to: string | Client,
  method: Method<Req, Res> & { readonly responseStream: boolean },
  request: Req,
  calling: Calling = {},
): Promise<void> => {
  const client = typeof to === 'string' ? clientOf(to, calling.receiveLimit) : to
  const failure = await failureOf(client, method, request, calling, method.responseStream)
  if (typeof to === 'string') client.close()
  const call = method.path.split('.').at(-1)?.replace('/', '.') ?? ''
  if (failure === undefined) console.error(`no error: ${how} (${call})`)
  else recordings.push({ how, call, code: failure.code, details: failure.details })
}

const task = (id: string) => ({ containerId: id, execId: '' })
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const untilSent = (): Promise<void> => pause(500)

const answersOfContainerd = async (daemon: Containerd): Promise<void> => {
  const { address } = daemon
  const ctr = ctrFor(daemon, namespace)
  await record('a task of a container that is not there', address, TasksService.get, task('nothing'))
  await record('deleting a task of a container that is not there', address, TasksService.delete, { containerId: 'nothing' })
  await record('waiting for a task of a container that is not there', address, TasksService.wait, task('nothing'))
  await record('a container that is not there', address, ContainersService.get, { id: 'nothing' })
  await record('an image that is not there', address, ImagesService.get, { name: 'nothing' })
  await record('no namespace header', address, TasksService.get, task('nothing'), { namespace: '' })
  await record('a malformed namespace', address, TasksService.get, task('nothing'), { namespace: 'no/namespace' })
  await record('the sandbox store of a containerd without one', address, StoreService.list, { filters: [] })
  await record('the sandbox controller of a containerd without one', address, ControllerService.wait, {
    sandboxId: 'nothing',
    sandboxer: 'shim',
  })
  await record('a filter that cannot be parsed', address, EventsService.subscribe, { filters: ['topic==/tasks/exit'] })
  await record('a filter for containers that cannot be parsed', address, ContainersService.list, { filters: ['id=='] })
  await record('a topic without a slash', address, EventsService.publish, {
    topic: 'tasks',
    event: { typeUrl: 'x', value: new Uint8Array() },
  })
  await record('a namespace that is new', address, NamespacesService.create, { namespace: { name: namespace, labels: new Map() } })
  await record('a namespace that exists already', address, NamespacesService.create, { namespace: { name: namespace, labels: new Map() } })

  await ctr.run('runs', { command: 'sleep 1000' })
  await record('deleting a task that runs', address, TasksService.delete, { containerId: 'runs' })
  await record('a list larger than the receive limit', address, ContainersService.list, { filters: [] }, { receiveLimit: 100 })
  await record('our own cancel', address, TasksService.wait, task('runs'), { cancelWhen: untilSent() })
  await record('our own cancel of a stream', address, EventsService.subscribe, { filters: [] }, { cancelWhen: untilSent() })
  await record('our own deadline', address, TasksService.wait, task('runs'), { deadlineMs: 500 })
  await record('a deadline of which only containerd knows', address, TasksService.wait, task('runs'), { serverTimeoutMs: 500 })
  await record('the same for a stream', address, EventsService.subscribe, { filters: [] }, { serverTimeoutMs: 500 })

  await ctr.run('ended', { command: 'exit 3' })
  await waitFor(async () => (await ctr.taskList()).some(({ id, status }) => id === 'ended' && status === 'STOPPED'), { what: 'the exit' })
  const kill = { ...task('ended'), signal: 9, all: true }
  await record('killing all of a task that has exited', address, TasksService.kill, kill)
  await record('killing the init of a task that has exited', address, TasksService.kill, { ...kill, all: false })
  await ctr.taskDelete('ended')
  await record('a container that has no task', address, TasksService.get, task('ended'))
  await record('deleting the task of a container that has none', address, TasksService.delete, { containerId: 'ended' })
}

const answersOfShims = async (daemon: Containerd): Promise<void> => {
  const { address } = daemon
  const ctr = ctrFor(daemon, namespace)
  const runc = slowRunc(daemon.dir, daemon.binDir)
  const start = async (id: string): Promise<void> => {
    await ctr.run(id, { command: 'sleep 1000', runcBinary: runc.path })
  }
  const stop = async (id: string): Promise<void> => {
    await ctr.taskKill(id)
    await waitFor(async () => (await ctr.taskList()).some((row) => row.id === id && row.status === 'STOPPED'), { what: 'the exit' })
  }

  await start('shim-killed')
  const killed = [
    record('the shim is killed during a Wait', address, TasksService.wait, task('shim-killed')),
  ]
  await untilSent()
  signalShim(daemon, namespace, 'shim-killed', 'SIGKILL')
  await Promise.all(killed)

  await start('shim-killed-in-delete')
  await stop('shim-killed-in-delete')
  runc.hang('shim-killed-in-delete', 20)
  const deleting = record('the shim is killed during a Delete', address, TasksService.delete, { containerId: 'shim-killed-in-delete' })
  await waitFor(() => runc.calls().some(({ verb, id }) => verb === 'delete' && id === 'shim-killed-in-delete'), { what: 'runc delete' })
  signalShim(daemon, namespace, 'shim-killed-in-delete', 'SIGKILL')
  runc.release('shim-killed-in-delete')
  await deleting

  await start('delete-hangs')
  await stop('delete-hangs')
  runc.hang('delete-hangs', 20)
  await record('a Delete whose runc hangs, cut off by a deadline of which only containerd knows', address, TasksService.delete, {
    containerId: 'delete-hangs',
  }, { serverTimeoutMs: 1_000 })
  runc.release('delete-hangs')

  await start('delete-hangs-again')
  await stop('delete-hangs-again')
  runc.hang('delete-hangs-again', 20)
  await record('a Delete whose runc hangs, cut off by our own deadline', address, TasksService.delete, {
    containerId: 'delete-hangs-again',
  }, {
    deadlineMs: 1_000,
  })
  runc.release('delete-hangs-again')

  await start('runc-fails')
  await stop('runc-fails')
  runc.fail('runc-fails')
  await record('a Delete whose runc fails', address, TasksService.delete, { containerId: 'runc-fails' })
  runc.release('runc-fails')

  await start('shim-hangs')
  signalShim(daemon, namespace, 'shim-hangs', 'SIGSTOP')
  await record('a Kill while the shim hangs, cut off by a deadline of which only containerd knows', address, TasksService.kill, {
    ...task('shim-hangs'),
    signal: 9,
    all: true,
  }, { serverTimeoutMs: 1_000 })
  await record(
    'a Get while the shim hangs, cut off by a deadline of which only containerd knows',
    address,
    TasksService.get,
    task('shim-hangs'),
    {
      serverTimeoutMs: 1_000,
    },
  )
  await record('the same with the 2 s limit of containerd itself', address, TasksService.get, task('shim-hangs'))
  signalShim(daemon, namespace, 'shim-hangs', 'SIGCONT')
}

const lossOfContainerd = async (daemon: Containerd): Promise<void> => {
  const { address } = daemon
  const calls = clientOf(address)
  const lost = (how: string): Promise<unknown> =>
    Promise.all([
      record(`${how} during a Wait`, calls, TasksService.wait, task('runs')),
      record(`${how} during a Subscribe`, calls, EventsService.subscribe, { filters: [] }),
    ])
  let losing = lost('containerd is killed (SIGKILL)')
  await untilSent()
  await daemon.kill9()
  await losing
  await record('a call right after that, on the same channel', calls, VersionService.version, {})
  await pause(50)
  await record('another one, while grpc-js waits to connect again', calls, VersionService.version, {})
  calls.close()
  await record('a new channel to the socket that the killed containerd left', address, VersionService.version, {})

  await daemon.restart()
  const again = clientOf(address)
  await ctrFor(daemon, namespace).run('runs-again', { command: 'sleep 1000' })
  losing = Promise.all([
    record('containerd is stopped (SIGTERM) during a Wait', again, TasksService.wait, task('runs-again')),
    record('containerd is stopped (SIGTERM) during a Subscribe', again, EventsService.subscribe, { filters: [] }),
  ])
  await untilSent()
  await daemon.restart()
  await losing
  again.close()

  process.kill(daemon.pid, 'SIGSTOP')
  const hung = clientOf(address)
  await record('containerd hangs (SIGSTOP), our own deadline', hung, VersionService.version, {}, { deadlineMs: 500 })
  await record('containerd hangs (SIGSTOP), our own cancel', hung, VersionService.version, {}, { cancelWhen: untilSent() })
  process.kill(daemon.pid, 'SIGCONT')
  hung.close()
}

const sockets = async (): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'errors-'))
  await record('no such socket', join(dir, 'nothing.sock'), VersionService.version, {})
  const file = join(dir, 'file')
  writeFileSync(file, '')
  await record('a file that is no socket', file, VersionService.version, {})

  const mute = createServer((socket) => socket.destroy()).listen(join(dir, 'mute.sock'))
  await record('a server that hangs up at once', join(dir, 'mute.sock'), VersionService.version, {})
  mute.close()
  const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(join(dir, 'other.sock'))
  await record('a server that speaks something else', join(dir, 'other.sock'), VersionService.version, {})
  other.close()

  chmodSync(dir, 0o755)
  const locked = join(dir, 'locked.sock')
  const server = createServer().listen(locked)
  await waitFor(() => server.listening, { what: 'the socket' })
  chmodSync(locked, 0o600)
  await asNobody(locked)
  server.close()
}

/** Another user's view of a socket: this same program in a process of its own, told to make one call. */
const asNobody = async (address: string): Promise<void> => {
  process.seteuid?.('nobody')
  try {
    await record('a socket of another user', address, VersionService.version, {})
  } finally {
    process.seteuid?.('root')
  }
}

const binDir = process.argv[2] // another version of containerd
const daemon = await startContainerd(binDir === undefined ? {} : { binDir })
try {
  await sockets()
  await answersOfContainerd(daemon)
  await answersOfShims(daemon)
  await lossOfContainerd(daemon)
} finally {
  await daemon.stop()
  console.log(JSON.stringify(recordings, null, 2))
}
process.exit()
