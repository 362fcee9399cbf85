/** V70 to V83: back-off. Delays carry jitter (BO is only said of timers that do), and what does not depend on a failure is not held up. */
import assert from 'node:assert/strict'
import { conversation, metadata } from '../support/conversation.ts'
import { exited, listing, oomed, started } from '../support/facts.ts'
import { deleted, failed, running, stopped, unclear } from '../support/outcomes.ts'
import type { Vector } from '../support/property.ts'

const many = <A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V70 D: an OOM kill of a container that is in back-off is written down at once; delay and expiry stay (upstream: queued behind)',
    run: () => {
      const talk = conversation({ script: { TD: [failed()] } })
      talk.tell(exited(137))
      talk.pass(600)
      assert.equal(talk.tell(oomed()), 'SAVE')
      assert.equal(talk.pass(399), '')
      assert.equal(talk.pass(1), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 137 @7 OOMKilled')
    },
  },
  {
    name: 'V74 D: a handling that always fails is tried again after 1, 2, 4 ... 256, 300, 300 s, with jitter, and never given up',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: many(12, unclear) } })
      const said = [talk.tell(exited(0)), ...Array.from({ length: 11 }, () => talk.wake())].join(' ')
      assert.deepEqual(
        [...said.matchAll(/BO\(c,(\d+)\)/g)].map(([, seconds]) => Number(seconds)),
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300],
      )
      assert.equal(talk.phase(), 'BackingOff')
      assert.equal(talk.wake(), 'LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.told()[0]?.attempts, 13)
    },
  },
  {
    name: 'V75 U: a delay is over at the moment it ends, not after it',
    run: () => {
      const talk = conversation({ script: { TD: [failed()] } })
      talk.tell(exited(0))
      assert.equal(talk.pass(999), '')
      assert.equal(talk.pass(1), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'V76 D: what a failed attempt has done is not done again: plugins are told once, the kill and the drain are not repeated',
    run: () => {
      const talk = conversation({ policy: { nri: true, io: true }, script: { TD: [failed(), failed()] } })
      assert.equal(talk.tell(exited(0)), 'SAVE NRI KILL DRAIN TD BO(c,1) SAVE')
      assert.equal(talk.wake(), 'LOAD TD BO(c,2) SAVE')
      assert.equal(talk.wake(), 'LOAD TD CLOSE SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name: 'V78 U: after a success the next failure of the same container begins at 1 s again',
    run: () => {
      const talk = conversation({ script: { TD: [failed(), failed()] } })
      assert.match(talk.tell(exited(0)), /BO\(c,1\)/)
      assert.match(talk.wake(), /BO\(c,2\)/)
      assert.match(talk.wake(), /EMIT/)
      talk.tell(started(43))
      talk.next({ TD: [failed()] })
      assert.match(talk.tell(exited(1, { pid: 43 })), /BO\(c,1\)/)
      assert.equal(talk.finish(), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.deepEqual(talk.told().map(({ run: { generation, pid }, attempts }) => [generation, pid, attempts]), [[1, 42, 3], [2, 43, 2]])
    },
  },
  {
    name: 'V79 D: two delays end together and the first attempt hangs: the second goes on beside it (upstream: waits 10 s)',
    run: () => {
      const talk = conversation({ script: { TD: [failed(), failed(), 'hang'] } })
      talk.tell(started(7, 'd'))
      talk.tell(exited(0))
      talk.tell(exited(0, { id: 'd', pid: 7 }))
      assert.equal(talk.pass(1_000), 'LOAD TD LOAD(d) TD(d) SAVE(d) STOP(d) EMIT(STOPPED,d,s)')
      assert.equal(talk.phase(), 'Deleting')
    },
  },
  {
    name: 'V81 U: an attempt that takes 10 s to fail: the delay is counted from its end',
    run: () => {
      const talk = conversation({ policy: { onHandlingTimeout: 'cancel' }, script: { TD: ['hang'] } })
      talk.tell(exited(0))
      assert.equal(talk.pass(9_999), '')
      assert.equal(talk.pass(1), 'CUT BO(c,1) SAVE')
      assert.equal(talk.pass(999), '')
      assert.equal(talk.pass(1), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
  {
    name:
      'V82 D: a restart in the middle of back-off: the exit, the attempts and the last error are on disk, and it is tried again (upstream: dropped)',
    run: () => {
      const talk = conversation({ script: { TD: [failed(), failed('Other', 'device or resource busy')] } })
      talk.tell(exited(3))
      talk.wake()
      assert.equal(talk.restart(), 'GRACE(0)')
      assert.equal(talk.phase(), 'BackingOff')
      talk.next({ TD: [failed()] })
      assert.equal(talk.wake(), 'LOAD KILL TD BO(c,4) SAVE')
      assert.equal(talk.finish(), 'LOAD TD SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(talk.status(), 'EXITED 3 @7 Error')
    },
  },
  {
    name: 'V83 D: the event stream was lost, and with it an exit: the listing that follows finds it (upstream: the process ends)',
    run: () => {
      const talk = conversation({ script: { LOAD: [stopped(5, 9)], TD: [deleted(5, 9)] } })
      assert.equal(
        talk.tell(listing({ containers: { c: metadata }, tasks: { c: stopped(5, 9) } })),
        'SAVE LOAD KILL TD SAVE STOP EMIT(STOPPED,c,s)',
      )
      assert.equal(talk.status(), 'EXITED 5 @9 Error')
    },
  },
  {
    name: 'V83 D: a listing of a task that runs on changes nothing',
    run: () => {
      const talk = conversation()
      assert.equal(talk.tell(listing({ containers: { c: metadata }, tasks: { c: running() } })), '')
    },
  },
]
