import t from 'tap'
import { type Daemon, type DeadShimPid, makeDaemon } from '../../../shell/embedded/daemon.ts'
import { makeExchange } from '../../../shell/embedded/exchange.ts'
import { makeFaults } from '../../../shell/embedded/faults.ts'
import { latch } from '../../../shell/embedded/latch.ts'
import { makeRecords } from '../../../shell/embedded/state.ts'
import { TaskExit } from '../../../shell/proto/gen/containerd/event_types.ts'
import { Container } from '../../../shell/proto/gen/containerd/containers.ts'

const daemons: Array<Daemon> = []
t.afterEach(async () => {
  await Promise.all(
    daemons.splice(0).flatMap(({ shims }) =>
      shims.all().map((shim) => {
        shim.die()
        return shim.reapChildren()
      })
    ),
  )
})

const here = (deadShimPid: DeadShimPid = 'zero') => {
  const records = makeRecords()
  const exchange = makeExchange(makeFaults())
  const daemon = makeDaemon({ records, exchange, forward: (namespace, event) => exchange.publish(namespace, event), deadShimPid })
  daemons.push(daemon)
  records.containers.set('ci', 'web', Container.fromPartial({ id: 'web' }))
  const run = async (argv: ReadonlyArray<string>) => {
    daemon.create('ci', 'web', { argv, ownPidNamespace: true })
    const shim = daemon.shims.get('ci', 'web')!
    shim.start('')
    return shim
  }
  const exits = () => exchange.log().filter(({ topic }) => topic === '/tasks/exit').map(({ event }) => TaskExit.decode(event!.value))
  return { records, exchange, daemon, run, exits }
}

const staying = { hold: undefined, signal: new AbortController().signal, deadline: Infinity }
const never = new AbortController().signal

/** A caller that can give up. */
const leaving = (until: Promise<void>, cutByDeadline = false, deadline = Infinity) => {
  const controller = new AbortController()
  return { context: { hold: { until, cutByDeadline }, signal: controller.signal, deadline }, leave: () => controller.abort() }
}

t.test('a Delete deletes the task, ends the shim and says nothing more', async (t) => {
  const { daemon, run, exits } = here()
  const shim = await run(['sh', '-c', 'exit 3'])
  await shim.wait('', never)
  t.match(await daemon.remove('ci', 'web', staying), { right: { exit: { status: 3 } } })
  t.equal(shim.alive(), false)
  t.match(daemon.find('ci', 'web'), { left: { message: 'task web not found' } })
  t.equal(exits().length, 1)
})

t.test('without a record nothing is found, whatever the shim does', async (t) => {
  const { daemon, records, run } = here()
  await run(['sleep', '600'])
  records.containers.delete('ci', 'web')
  t.match(await daemon.remove('ci', 'web', staying), { left: { code: 5, message: 'container "web" in namespace "ci": not found' } })
  t.match(daemon.create('ci', 'web', { argv: ['true'], ownPidNamespace: true }), { left: { code: 5 } })
})

t.test('a Delete whose caller leaves leaks the shim; a raw Delete shuts it down and brings a made-up exit', async (t) => {
  const { daemon, run, exits, exchange } = here('task')
  const shim = await run(['sh', '-c', 'exit 3'])
  await shim.wait('', never)
  const hold = latch()
  const { context, leave } = leaving(hold.promise)
  const cut = daemon.remove('ci', 'web', context)
  leave()
  t.match(await cut, { left: { code: 2 } })
  hold.open()
  await exchange.published('/tasks/delete')
  t.equal(shim.alive(), true)
  t.match(daemon.create('ci', 'web', { argv: ['true'], ownPidNamespace: true }), { left: { code: 6, message: 'task web: already exists' } })
  t.match(await daemon.remove('ci', 'web', staying), {
    left: { code: 5, message: 'failed to delete task: container not created: not found' },
  })
  t.equal(shim.alive(), false)
  t.match(exits(), [{ exitStatus: 3, pid: shim.lastPid() }, { exitStatus: 137, pid: shim.lastPid() }])
  t.equal(daemon.create('ci', 'web', { argv: ['true'], ownPidNamespace: true })._tag, 'Right', 'the id is free again')
})

t.test('a deadline reaches a Delete that hangs in runc and makes it fail; a cancel does not', async (t) => {
  const { daemon, run } = here()
  const shim = await run(['true'])
  await shim.wait('', never)
  const cancelled = leaving(latch().promise, true)
  const first = daemon.remove('ci', 'web', cancelled.context)
  cancelled.leave()
  await first
  t.match(shim.state(''), { right: { pid: 0 } }, 'it still hangs')
  shim.cutOff()
  await shim.idle()
  const late = leaving(latch().promise, true, Date.now() + 1)
  const second = daemon.remove('ci', 'web', late.context)
  late.leave()
  await second
  await shim.idle()
  t.match(shim.state(''), { right: { pid: shim.lastPid() } }, 'the task is back as it was')
  t.match(await daemon.remove('ci', 'web', staying), { _tag: 'Right' })
})

t.test('a Delete behind one that hangs waits, answers NOT_FOUND, and no shim is left', async (t) => {
  const { daemon, run } = here()
  const shim = await run(['true'])
  await shim.wait('', never)
  const hold = latch()
  const { context, leave } = leaving(hold.promise)
  const first = daemon.remove('ci', 'web', context)
  leave()
  await first
  const second = daemon.remove('ci', 'web', staying)
  hold.open()
  t.match(await second, { left: { code: 5, message: 'failed to delete task: cannot delete a deleted process: not found' } })
  t.equal(shim.alive(), false)
})

t.test('a shim that dies: 137, by default without a pid, then the delete', async (t) => {
  const { daemon, run, exits, exchange } = here()
  const shim = await run(['sleep', '600'])
  await daemon.shimDied(shim)
  t.match(exits(), [{ exitStatus: 137, pid: 0 }])
  t.same(exchange.log().slice(-2).map(({ topic }) => topic), ['/tasks/exit', '/tasks/delete'])
  t.match(daemon.find('ci', 'web'), { left: { message: 'task web not found' } })
})

t.test('a Delete on a shim that just died answers UNKNOWN, and the next one NOT_FOUND', async (t) => {
  const { daemon, run } = here()
  const shim = await run(['sleep', '600'])
  shim.die()
  t.match(await daemon.remove('ci', 'web', staying), { left: { code: 2, message: 'failed to delete task: ttrpc: closed: unknown' } })
  t.match(await daemon.remove('ci', 'web', staying), { left: { code: 5, message: 'task web not found' } })
  await shim.reapChildren()
})

t.test('what died while the daemon was down is told at its return; shims without a task go only if it is asked to clean up', async (t) => {
  const { daemon, run, exits } = here()
  const shim = await run(['sleep', '600'])
  daemon.goDown()
  t.equal(daemon.isUp(), false)
  await daemon.shimDied(shim)
  t.equal(exits().length, 0)
  daemon.goUp(false)
  t.equal(exits().length, 1)
  const leaked = await run(['true'])
  await leaked.wait('', never)
  await leaked.remove(undefined)
  daemon.goUp(false)
  t.equal(leaked.alive(), true)
  daemon.goUp(true)
  t.equal(leaked.alive(), false)
})
