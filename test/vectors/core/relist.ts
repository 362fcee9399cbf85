/** core/relist.ts: a listing is taken apart into observations, in an order that does not hang on how it was listed. */
import assert from 'node:assert/strict'
import type { Relisted } from '../../../core/event.ts'
import { initial } from '../../../core/state.ts'
import { observations } from '../../../core/relist.ts'
import { millis } from '../../../core/ids.ts'
import { noMetadata } from '../../../core/metadata.ts'
import { conversation, metadata } from '../../support/conversation.ts'
import { exited, listing, sandboxStarted, started } from '../../support/facts.ts'
import { notFound, running } from '../../support/outcomes.ts'
import type { Vector } from '../../support/property.ts'

const listed = (fields: Partial<Relisted>): Relisted => ({
  _tag: 'Relisted',
  namespace: 'ns',
  containers: [],
  tasks: [],
  sandboxes: undefined,
  at: millis(0),
  ...fields,
})
const tagsOf = ({ containers, sandboxes }: ReturnType<typeof observations>): ReadonlyArray<string> => [
  ...containers.map((seen) => `${seen._tag} ${'container' in seen ? seen.container : ''}`),
  ...sandboxes.map(({ _tag, sandbox }) => `${_tag} ${sandbox}`),
]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'relist: records first, then tasks, each in the order of their ids',
    run: () => {
      const record = (id: string) => ({ id, metadata: noMetadata })
      const seen = observations(
        listed({
          containers: [record('b'), record('a')],
          tasks: [{ id: 'b', task: running(2) }, { id: 'a', task: running(1) }],
          sandboxes: [{ id: 'y', sandboxer: '' }, { id: 'x', sandboxer: '' }],
        }),
        initial('boot'),
      )
      assert.deepEqual(tagsOf(seen), [
        'ContainerSeen ns/a',
        'ContainerSeen ns/b',
        'TaskSeen ns/a',
        'TaskSeen ns/b',
        'SandboxSeen ns/x',
        'SandboxSeen ns/y',
      ])
    },
  },
  {
    name: "relist: a task whose record was not listed is somebody else's, and not looked at",
    run: () => assert.deepEqual(tagsOf(observations(listed({ tasks: [{ id: 'z', task: running() }] }), initial('boot'))), []),
  },
  {
    name: 'relist: what is known here and missing there is an observation too; of tasks, only where one is believed to run',
    run: () => {
      const talk = conversation()
      assert.deepEqual(tagsOf(observations(listed({}), talk.state())), ['ContainerMissing ns/c', 'TaskMissing ns/c'])
      talk.tell(exited(0))
      assert.deepEqual(tagsOf(observations(listed({}), talk.state())), ['ContainerMissing ns/c'])
    },
  },
  {
    name: 'relist: of another namespace it says nothing about this one',
    run: () => assert.deepEqual(tagsOf(observations(listed({ namespace: 'other', sandboxes: [] }), conversation().state())), []),
  },
  {
    name: 'relist: sandboxes are missing only where there is a store that could have listed them',
    run: () => {
      const talk = conversation()
      talk.tell(sandboxStarted('s'))
      assert.deepEqual(
        tagsOf(observations(listed({ containers: [{ id: 'c', metadata }] }), talk.state())).filter((tag) => tag.startsWith('Sandbox')),
        [],
      )
      assert.deepEqual(
        tagsOf(observations(listed({ sandboxes: [] }), talk.state())).filter((tag) => tag.startsWith('Sandbox')),
        ['SandboxMissing ns/s'],
      )
    },
  },
  {
    name: 'relist: the sandbox that a pause container is, is seen to through the container',
    run: () => {
      const pause = { id: 'p', metadata: { ...noMetadata, kind: 'sandbox' as const } }
      const seen = tagsOf(observations(listed({ containers: [pause], sandboxes: [{ id: 'p', sandboxer: '' }] }), initial('boot')))
      assert.deepEqual(seen, ['ContainerSeen ns/p'])
    },
  },
  {
    name: 'relist: the same listing again asks for nothing more',
    run: () => {
      const talk = conversation()
      const again = listing({ containers: { c: metadata }, tasks: { c: running() } })
      assert.equal(talk.tell(again, again), '')
    },
  },
  {
    name: 'relist: a task that is missing is asked for before its run is taken for gone',
    run: () => {
      const talk = conversation({ script: { LOAD: [running(), notFound] } })
      const empty = listing({ containers: { c: metadata } })
      assert.equal(talk.tell(empty), 'LOAD')
      assert.equal(talk.status(), 'RUNNING 42')
      assert.equal(talk.tell(empty), 'LOAD SAVE GRACE(7)')
    },
  },
  {
    name: 'relist: a start that came while the listing was made is not undone by it',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: [running()] } })
      talk.tell(started())
      assert.equal(talk.tell(listing({ containers: { c: metadata } })), 'LOAD')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
]
