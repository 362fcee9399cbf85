import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type Child, makeChild, type ProcessSpec } from '../../../shell/embedded/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'process-'))
t.teardown(() => rmSync(folder, { recursive: true }))

const make = (spec: ProcessSpec): Child => {
  const child = makeChild(spec)
  if (child._tag === 'Left') throw new Error(child.left)
  return child.right
}

t.test('has a pid before it begins, and the same one after', async (t) => {
  const file = join(folder, 'pid')
  const child = make({ argv: ['sh', '-c', 'echo $$ > "$0"; exit 5', file] })
  t.equal(child.members().length, 1)
  t.equal(existsSync(file), false)
  child.begin()
  const exit = await child.exited
  t.equal(exit.status, 5)
  t.ok(exit.atNs > 1_600_000_000_000_000_000n)
  t.equal(Number(readFileSync(file, 'utf8')), child.pid)
  t.equal(child.signal(15), false, 'an ended process gets no signal')
  t.same(child.members(), [])
})

t.test('gives its command the environment and the folder it was asked for', async (t) => {
  const child = make({ argv: ['sh', '-c', 'echo "$COLOUR" > out'], env: { COLOUR: 'blue' }, cwd: folder })
  child.begin()
  t.equal((await child.exited).status, 0)
  t.equal(readFileSync(join(folder, 'out'), 'utf8'), 'blue\n')
})

t.test('can be killed before it began', async (t) => {
  const child = make({ argv: ['sleep', '600'] })
  t.equal(child.signal(9), true)
  t.equal((await child.exited).status, 137)
  child.begin()
})

t.test('what it left behind is found and ended with the group', async (t) => {
  const child = make({ argv: ['sh', '-c', 'sleep 600 & exit 0'] })
  child.begin()
  await child.exited
  t.equal(child.members().length, 1)
  t.equal(child.signalAll(9), 1)
  while (child.members().length > 0) await new Promise(setImmediate)
  t.equal(child.signalAll(9), 0)
})

t.test('a zombie is no live process', async () => {
  const child = make({ argv: ['sh', '-c', 'true & exec sleep 600'] })
  child.begin()
  // First the shell, then perhaps both of them, at last the one that lives.
  const command = (): string => readFileSync(`/proc/${child.pid}/comm`, 'utf8').trim()
  while (command() !== 'sleep' || child.members().length > 1) await new Promise(setImmediate)
  child.signalAll(9)
  await child.exited
})

t.test('a command that cannot be found is refused in the words of runc', async (t) => {
  t.same(makeChild({ argv: ['no-such-command-here'] }), {
    _tag: 'Left',
    left: 'exec: "no-such-command-here": executable file not found in $PATH',
  })
  t.match(makeChild({ argv: ['/etc/passwd'] }), { _tag: 'Left' })
  t.match(makeChild({ argv: [] }), { _tag: 'Left' })
  t.match(makeChild({ argv: ['true'], cwd: join(folder, 'none') }), { left: /^exec: "true": cannot start a process in/ })
})
