import t from 'tap'
import { type Publication, subjectOf } from '../../../shell/embedded/events.ts'
import { latch } from '../../../shell/embedded/latch.ts'
import { makeShim } from '../../../shell/embedded/shim.ts'
import { type Shim } from '../../../shell/embedded/shim_port.ts'
import { Status } from '../../../shell/proto/gen/containerd/task.ts'

const shims: Array<Shim> = []
t.afterEach(async () => {
  await Promise.all(
    shims.splice(0).map((shim) => {
      shim.die()
      return shim.reapChildren()
    }),
  )
})

const here = (argv: ReadonlyArray<string>, ownPidNamespace = true) => {
  const topics: Array<string> = []
  const shim = makeShim({
    namespace: 'ci',
    id: 'web',
    publish: ({ topic, event }: Publication) => topics.push(`${topic} ${subjectOf(event)}`),
  })
  shims.push(shim)
  const made = shim.create({ argv, ownPidNamespace })
  return { shim, topics, made }
}

const never = new AbortController().signal
const message = (
  answer: { readonly _tag: string },
): string => ('left' in answer ? (answer.left as { message: string }).message : 'answered')

t.test('a task is created, started, ends and is deleted; each state refuses what does not fit it', async (t) => {
  const { shim, topics } = here(['sleep', '600'])
  t.equal(shim.task()?.status, Status.CREATED)
  t.equal(message(shim.pause()), 'cannot pause a created container: unknown')
  shim.start('')
  t.equal(message(shim.start('')), 'cannot start a running process: unknown')
  t.equal(message(await shim.remove(undefined)), 'cannot delete a running process: unknown')
  shim.pause()
  t.equal(shim.task()?.status, Status.PAUSED)
  t.equal(message(await shim.remove(undefined)), 'cannot delete a paused process: unknown')
  shim.resume()
  shim.shutdown()
  t.equal(shim.alive(), true, 'a shim with a task does not shut down')
  await shim.kill('', 9, false)
  t.match(await shim.wait('', never), { right: { status: 137 } })
  t.equal(message(await shim.kill('', 9, false)), 'process already finished: not found')
  t.equal(message(await shim.kill('', 9, true)), 'answered', 'killing all is never too late')
  t.equal(message(shim.start('')), 'cannot start a stopped process: unknown')
  t.match(await shim.remove(undefined), { right: { pid: shim.lastPid(), exit: { status: 137 } } })
  t.equal(message(shim.state('')), 'container not created: not found')
  t.same(
    topics,
    ['/tasks/create', '/tasks/start', '/tasks/paused', '/tasks/resumed', '/tasks/exit', '/tasks/delete'].map((topic) => `${topic} web`),
  )
  shim.shutdown()
  t.equal(shim.alive(), false)
})

t.test('a task that never started can be deleted, and its end is not spoken of', async (t) => {
  const { shim, topics } = here(['sleep', '600'])
  const pid = shim.lastPid()
  t.match(await shim.remove(undefined), { right: { pid, exit: undefined } })
  await shim.reapChildren()
  t.same(topics, ['/tasks/create web', '/tasks/delete web'])
})

t.test('while a Delete hangs the state is unknown, and what needs its lock waits and then finds nothing', async (t) => {
  const { shim, topics } = here(['true'])
  shim.start('')
  await shim.wait('', never)
  const hold = latch()
  const first = shim.remove(hold.promise)
  t.match(shim.state(''), { right: { pid: 0, status: Status.UNKNOWN } })
  const second = shim.remove(undefined)
  const kill = shim.kill('', 9, true)
  const wait = shim.wait('', never)
  t.equal(topics.includes('/tasks/delete web'), false)
  hold.open()
  t.match(await first, { right: { exit: { status: 0 } } })
  t.equal(message(await second), 'cannot delete a deleted process: not found')
  t.equal(message(await kill), 'cannot kill a deleted process: not found')
  t.match(await wait, { right: { status: 0 } })
  t.equal(message(await shim.remove(undefined)), 'container not created: not found')
})

t.test('a Delete that is cut off fails and leaves the task, and the next one deletes it', async (t) => {
  const { shim } = here(['true'])
  shim.start('')
  await shim.wait('', never)
  const first = shim.remove(latch().promise)
  const second = shim.remove(undefined)
  shim.cutOff()
  t.equal(message(await first), 'context deadline exceeded: unknown')
  t.match(await second, { right: { exit: { status: 0 } } })
})

t.test('when the shim dies every call into it ends, and it tells nobody of the exit', async (t) => {
  const { shim, topics } = here(['sleep', '600'])
  shim.start('')
  const wait = shim.wait('', never)
  shim.die()
  t.equal(message(await wait), 'ttrpc: closed: unknown')
  t.equal(message(await shim.remove(undefined)), 'ttrpc: closed: unknown')
  process.kill(shim.lastPid(), 'SIGKILL')
  while (shim.task()?.exit === undefined) await new Promise(setImmediate)
  t.equal(shim.task()?.exit?.status, 137)
  t.same(topics, ['/tasks/create web', '/tasks/start web'])
})

t.test('a shim that dies in the middle of a Delete takes its callers with it', async (t) => {
  const { shim } = here(['true'])
  shim.start('')
  await shim.wait('', never)
  const calls = [shim.remove(latch().promise), shim.remove(undefined), shim.kill('', 9, true), shim.wait('', never)]
  shim.die()
  t.same((await Promise.all(calls)).map(message), Array.from(calls, () => 'ttrpc: closed: unknown'))
})

t.test('execs end before the container, and their exits carry their own id', async (t) => {
  const { shim, topics } = here(['sleep', '600'])
  t.equal(message(shim.exec('e', { argv: ['true'] })), 'cannot exec in a created state: unknown')
  shim.start('')
  t.equal(message(shim.state('e')), 'process does not exist e: not found')
  shim.exec('e', { argv: ['sleep', '600'] })
  t.equal(message(shim.exec('e', { argv: ['true'] })), 'id e: already exists')
  t.match(shim.exec('f', { argv: ['no-such-command-here'] }), { _tag: 'Left' })
  shim.start('e')
  t.equal(message(shim.removeExec('e')), 'cannot delete a running process: unknown')
  await shim.kill('', 15, false)
  t.match(await shim.wait('', never), { right: { status: 143 } })
  t.match(shim.state('e'), { right: { id: 'e', status: Status.STOPPED, exit: { status: 137 } } })
  t.match(shim.removeExec('e'), { right: { id: 'e' } })
  t.same(topics, [
    '/tasks/create web',
    '/tasks/start web',
    '/tasks/exec-added web',
    '/tasks/exec-started web',
    '/tasks/exit web',
    '/tasks/exit web',
  ])
})

t.test('without a pid namespace of its own a container leaves processes behind; Kill all ends them', async (t) => {
  const { shim } = here(['sh', '-c', 'sleep 600 & exit 3'], false)
  shim.start('')
  await shim.wait('', never)
  t.equal(shim.members().length, 1)
  await shim.kill('', 9, true)
  while (shim.members().length > 0) await new Promise(setImmediate)
})

t.test('with a pid namespace of its own nothing outlives the first process', async () => {
  const { shim } = here(['sh', '-c', 'sleep 600 & exit 3'])
  shim.start('')
  await shim.wait('', never)
  while (shim.members().length > 0) await new Promise(setImmediate)
})

t.test('a command that is not there is refused by the create', async (t) => {
  const { shim, made, topics } = here(['no-such-command-here'])
  t.match(message(made), /^failed to create shim task: .*executable file not found in \$PATH: unknown$/)
  t.equal(shim.task(), undefined)
  t.same(topics, [])
})
