/** core/step.ts: the whole machine: look up, delegate, put back. */
import assert from 'node:assert/strict'
import { sandboxKey } from '../../../core/ids.ts'
import { initial, step } from '../../../core/index.ts'
import { defaultPolicy } from '../../../core/policy.ts'
import { lookup } from '../../../core/table.ts'
import { conversation, metadata } from '../../support/conversation.ts'
import { execExited, exited, imageChanged, listing, recordDeleted, sandboxExited, sandboxStarted } from '../../support/facts.ts'
import { stopped } from '../../support/outcomes.ts'
import type { Vector } from '../../support/property.ts'

const pause = { sandboxId: undefined, kind: 'sandbox', ownPidNamespace: false } as const

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'step: the same event in the same state gives the same state and the same effects, and leaves the old state as it was',
    run: () => {
      const state = conversation().state()
      const first = step(defaultPolicy)(exited(3), state)
      assert.deepEqual(step(defaultPolicy)(exited(3), state), first)
      assert.notEqual(first[0], state)
    },
  },
  {
    name: 'step: effects are plain data',
    run: () => {
      const plain = (value: unknown): boolean =>
        value === undefined || ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
        (typeof value === 'object' && value !== null && (Array.isArray(value) || Reflect.getPrototypeOf(value) === Object.prototype) &&
          Object.values(value).every(plain))
      const [, effects] = step(defaultPolicy)(exited(3), conversation().state())
      assert.equal(effects.length, 1)
      assert.ok(plain(effects))
    },
  },
  {
    name: 'step: what is about nobody changes nothing, to the reference',
    run: () => {
      const state = initial('boot')
      for (const event of [recordDeleted(), execExited(1, 'x'), sandboxExited(0)]) {
        const [next, effects] = step(defaultPolicy)(event, state)
        assert.equal(next, state)
        assert.deepEqual(effects, [])
      }
    },
  },
  {
    name: "step: an exit under the id of a sandbox that has no container is the sandbox's; an exec's is nobody's",
    run: () => {
      const talk = conversation()
      talk.tell(listing({ containers: { c: metadata }, tasks: { c: { _tag: 'Running', pid: 42 } }, sandboxes: ['s'] }))
      assert.equal(talk.tell(execExited(1, 'probe', 's')), '')
      assert.equal(talk.tell(exited(7, { id: 's', pid: 9 })), 'SAVE(s) STOP(s) EMIT(STOPPED,s,s)')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'step: what is told of the sandbox that a pause container is, counts for the container; its start says nothing',
    run: () => {
      const talk = conversation({ metadata: pause, script: { LOAD: [stopped(3, 7)] } })
      assert.equal(talk.tell(sandboxStarted('c')), '')
      assert.match(talk.tell(sandboxExited(3, 'c')), /^SAVE LOAD/)
      assert.equal(lookup(sandboxKey('ns', 'c'), talk.state().sandboxes), undefined)
    },
  },
  {
    name: 'step: an image is its own business',
    run: () => {
      const talk = conversation({ script: { TD: ['hang'] } })
      talk.tell(exited(3))
      assert.equal(talk.tell(imageChanged('busybox')), 'IMG(busybox)')
      assert.equal(talk.phase(), 'Deleting')
    },
  },
  {
    name: 'step: a sandbox that has the name of a container which is no pause container is a sandbox of its own',
    run: () => {
      const talk = conversation()
      assert.equal(talk.tell(sandboxStarted('c')), 'WATCH')
      assert.equal(talk.tell(sandboxExited(3, 'c')), 'SAVE STOP EMIT(STOPPED,c,c)')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: 'step: what is told of the sandbox counts for its pause container also when the record of that is gone',
    run: () => {
      const talk = conversation({ metadata: pause, script: { LOAD: [stopped(3, 7)] } })
      talk.tell(recordDeleted())
      assert.match(talk.tell(sandboxExited(3, 'c')), /^SAVE LOAD/)
    },
  },
]
