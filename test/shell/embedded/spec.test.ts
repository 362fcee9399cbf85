import t from 'tap'
import { execSpecOf, processSpecOf, specOf, taskSpecOf } from '../../../shell/embedded/spec.ts'

const json = (value: unknown) => ({ typeUrl: 'x', value: new TextEncoder().encode(JSON.stringify(value)) })

t.test('what goes in comes out', async (t) => {
  const spec = { argv: ['sh', '-c', 'true'], env: { A: 'b=c', E: '' }, cwd: '/tmp', ownPidNamespace: true }
  t.same(taskSpecOf(specOf(spec)), { _tag: 'Right', right: spec })
  const bare = { argv: ['true'], ownPidNamespace: false }
  t.same(taskSpecOf(specOf(bare)), { _tag: 'Right', right: bare })
  t.same(processSpecOf(execSpecOf(['true'])), { _tag: 'Right', right: { argv: ['true'] } })
})

t.test('a pid namespace that is joined is not one of its own', async (t) => {
  const joined = json({ process: { args: ['true'] }, linux: { namespaces: [{ type: 'pid', path: '/proc/1/ns/pid' }] } })
  t.match(taskSpecOf(joined), { right: { ownPidNamespace: false } })
  t.match(taskSpecOf(json({ process: { args: ['true'] } })), { right: { ownPidNamespace: false } })
})

t.test('what is no spec is refused', async (t) => {
  t.same(taskSpecOf(undefined), { _tag: 'Left', left: 'spec does not contain a process' })
  t.same(taskSpecOf(json({})), { _tag: 'Left', left: 'spec does not contain a process' })
  t.same(processSpecOf(json({ args: 'true' })), { _tag: 'Left', left: 'spec does not contain a process' })
})
