/** core/container/lookup.ts: the container's record is read, changes, and goes. Until it is known whose it is, nothing is touched. Rule 10. */
import assert from 'node:assert/strict'
import type { Metadata } from '../../../../core/metadata.ts'
import { lookup, size } from '../../../../core/table.ts'
import { c, type Conversation, conversation, metadata } from '../../../support/conversation.ts'
import { exited, listing, oomed, recordChanged, recordDeleted, started, taskCreated, taskDeleted } from '../../../support/facts.ts'
import { cleanedUp, deleted, failed, found, notFound, notOurs, running, stopped, unclear } from '../../../support/outcomes.ts'
import { phases } from '../../../support/phases.ts'
import type { Vector } from '../../../support/property.ts'

const lookupOf = (talk: ReturnType<typeof conversation>): string | undefined => lookup(c, talk.state().containers)?.lookup._tag
const other: Metadata = { ...metadata, sandboxId: 't' }

export const cases: ReadonlyArray<Vector> = [
  {
    name: "lookup: a new record is read once; ours is remembered, somebody else's too, and one that is gone again is not",
    run: () => {
      for (const [outcome, tag] of [[found(metadata), 'Known'], [notOurs, 'NotOurs'], [notFound, 'Deleted']] as const) {
        const talk = conversation({ from: 'nothing', script: { ASK: [outcome] } })
        assert.equal(talk.tell(recordChanged()), 'ASK')
        assert.equal(lookupOf(talk), tag)
      }
      const selective = conversation({ from: 'nothing', policy: { selective: true }, script: { ASK: [notFound] } })
      selective.tell(recordChanged())
      assert.equal(size(selective.state().containers), 0)
    },
  },
  {
    name: 'lookup: a record that cannot be read is asked for again, ever more slowly; a change meanwhile asks no sooner',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [failed(), failed(), 'hang'] } })
      assert.equal(talk.tell(recordChanged()), 'ASK BO(c,1)')
      assert.equal(talk.tell(recordChanged()), '')
      assert.equal(talk.wake(), 'ASK BO(c,2)')
      assert.equal(talk.wake(), 'ASK')
      assert.equal(talk.tell(recordChanged()), '')
      assert.equal(talk.answer('ASK', found(metadata)), '')
      assert.equal(lookupOf(talk), 'Known')
    },
  },
  {
    name: "lookup: somebody else's container: nothing that happens to its tasks is looked at",
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [notOurs] } })
      talk.tell(recordChanged())
      assert.equal(talk.tell(started(), taskCreated(43), oomed(), exited(3), taskDeleted(3)), '')
      assert.equal(talk.tell(listing({ tasks: { c: stopped(3, 7) } })), '')
      assert.equal(talk.finish(), '')
      assert.deepEqual(talk.rows(), [])
    },
  },
  {
    name: 'lookup: it becomes ours by a change of its record, and its task is looked for',
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [notOurs, found(metadata)], LOAD: [running()] } })
      talk.tell(recordChanged())
      assert.equal(talk.tell(recordChanged()), 'ASK LOAD WATCH')
      assert.equal(talk.status(), 'RUNNING 42')
    },
  },
  {
    name: "lookup: somebody else's container is forgotten with its record",
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [notOurs] } })
      talk.tell(recordChanged())
      talk.tell(recordDeleted())
      assert.equal(size(talk.state().containers), 0)
    },
  },
  {
    name: 'lookup: a changed record is read again, and what was known holds meanwhile, or if it cannot be read',
    run: () => {
      const talk = conversation({ script: { ASK: ['hang', failed()] } })
      assert.equal(talk.tell(recordChanged()), 'ASK')
      talk.answer('ASK', found(other))
      assert.equal(talk.tell(recordChanged()), 'ASK')
      assert.match(talk.tell(exited(3)), /EMIT\(STOPPED,c,t\)$/)
    },
  },
  {
    name: 'lookup: the record goes while the run is handled: finished with what is known, for that is only kept for a while',
    run: () => {
      const talk = phases.Deleting()
      assert.equal(talk.tell(recordDeleted(), recordDeleted()), '')
      assert.equal(talk.answer('TD', deleted(3, 7)), 'SAVE STOP EMIT(STOPPED,c,s)')
      assert.equal(lookupOf(talk), 'Deleted')
    },
  },
  {
    name: 'lookup: a late exit of a container whose record is gone: handled when it was seen alive, else not ours to say',
    run: () => {
      const alive = conversation({ from: 'nothing', script: { ASK: [notFound] } })
      assert.equal(alive.tell(started(), exited(3)), 'ASK SAVE KILL TD SAVE STOP EMIT(STOPPED,c,-)')
      const selective = conversation({ from: 'nothing', policy: { selective: true }, script: { ASK: [notFound] } })
      assert.equal(selective.tell(started(), exited(3)), 'ASK')
      assert.equal(size(selective.state().containers), 0)
    },
  },
  {
    name: 'lookup: the first that is heard is its end, and its client has deleted all by then: told once, with its code, in any order',
    run: () => {
      const late = listing({ containers: { c: metadata }, tasks: { c: running() } }) // begun before, and held up by a hung shim
      const [exit, gone, removed] = [exited(3), taskDeleted(3), recordDeleted()]
      const orders = [[[exit, gone], []], [[gone], []], [[exit, removed], []], [[exit], [late, gone]], [[exit, gone, late], []]] as const
      for (const [before, after] of orders) {
        const talk = conversation({ from: 'nothing', script: { ASK: ['hang'] }, instead: { LOAD: () => notFound, WATCH: () => notFound } })
        talk.tell(...before)
        if (talk.open().startsWith('ASK')) talk.answer('ASK', notFound)
        talk.tell(...after)
        talk.finish()
        talk.tell(late)
        talk.finish()
        talk.tell(exit, gone, removed)
        talk.finish()
        assert.deepEqual(talk.told().map(({ exitCode, reason }) => [exitCode, reason]), [[3, 'Error']])
      }
    },
  },
  {
    name: 'lookup: missing from a listing: read again before it is believed to be gone',
    run: () => {
      const talk = conversation({ script: { ASK: [found(metadata), notFound], LOAD: [running(), notFound] } })
      assert.equal(talk.tell(listing({})), 'ASK LOAD')
      assert.equal(lookupOf(talk), 'Known')
      assert.match(talk.tell(listing({})), /^ASK LOAD/)
      assert.equal(lookupOf(talk), 'Deleted')
    },
  },
  {
    name: 'lookup: no longer ours while it runs: the Wait is given up, and nothing more is done',
    run: () => {
      const talk = conversation({ script: { ASK: [notOurs] } })
      assert.equal(talk.tell(recordChanged()), 'ASK UNWATCH')
      assert.equal(talk.tell(exited(3)), '')
    },
  },
  ...(['Recorded (disk)', 'Recorded (slot)', 'Killing', 'BackingOff', 'Announced (Waiting)'] as const).map((name): Vector => ({
    name: `lookup: no longer ours in ${name}: let go, and no row of it is taken up after a restart`,
    run: () => {
      const talk = phases[name]()
      talk.next({ ASK: [notOurs] })
      assert.equal(talk.tell(recordChanged()), 'ASK SAVE')
      assert.equal(talk.rows().at(-1)?._tag, 'RunDropped')
      assert.equal(talk.finish(), '')
      assert.equal(talk.status(), 'ABSENT')
      if (name === 'Recorded (disk)') return // its first row is still on its way here, and written before the second by a store that keeps order
      talk.restart()
      assert.equal(talk.finish(), '')
    },
  })),
  {
    name: 'lookup: no longer ours, with an OOM kill on disk: that row is withdrawn too; nothing is written of a run without one',
    run: () => {
      const talk = conversation({ script: { ASK: [notOurs] } })
      talk.tell(oomed())
      assert.equal(talk.tell(recordChanged()), 'ASK UNWATCH SAVE')
      talk.restart()
      assert.equal(talk.status(), 'ABSENT')
      const over = phases.Exited()
      over.next({ ASK: [notOurs] })
      assert.equal(over.tell(recordChanged()), 'ASK')
    },
  },
  {
    name: 'lookup: the id is used again while the last run is handled: that one is finished, whatever becomes of the new record',
    run: () => {
      const talk = phases.Deleting()
      talk.next({ ASK: ['hang'] })
      assert.equal(talk.tell(recordDeleted(), recordChanged()), 'ASK')
      assert.equal(lookupOf(talk), 'Asked')
      assert.equal(talk.answer('ASK', notFound), '')
      assert.match(talk.answer('TD', deleted(3, 7)), /^SAVE STOP EMIT/)
      const selective = conversation({ policy: { selective: true }, script: { TD: ['hang'], ASK: [notFound] } })
      selective.tell(exited(3))
      selective.tell(recordDeleted(), recordChanged())
      assert.match(selective.answer('TD', deleted(3, 7)), /^SAVE STOP EMIT/)
    },
  },
  {
    name: 'lookup: after a restart of the shell with this state the record is asked for again',
    run: () => {
      const asked = conversation({ from: 'nothing', script: { ASK: ['hang', 'hang'] } })
      asked.tell(recordChanged())
      assert.equal(asked.revive(), 'ASK')
      const later = conversation({ from: 'nothing', script: { ASK: [failed()] } })
      later.tell(recordChanged())
      assert.equal(later.revive(), 'GRACE(0)')
      assert.equal(later.wake(), 'ASK')
      const known = conversation({ script: { ASK: ['hang'] } })
      known.tell(recordChanged())
      assert.equal(known.revive(), 'ASK')
      const foreign = conversation({ from: 'nothing', script: { ASK: [notOurs, 'hang', 'hang'] } })
      foreign.tell(recordChanged())
      assert.equal(foreign.revive(), '')
      foreign.tell(recordChanged())
      assert.equal(foreign.revive(), 'ASK')
    },
  },
  {
    name: 'lookup: an answer about a record that has been deleted since says nothing any more',
    run: () => {
      const talk = conversation({ script: { ASK: ['hang'] } })
      talk.tell(recordChanged())
      talk.tell(recordDeleted())
      assert.equal(talk.answer('ASK', found(other)), '')
      assert.equal(lookupOf(talk), 'Deleted')
      assert.equal(talk.revive(), '')
    },
  },
  {
    name: "lookup: somebody else's container that a listing shows is ours now",
    run: () => {
      const talk = conversation({ from: 'nothing', script: { ASK: [notOurs], LOAD: [running()] } })
      talk.tell(recordChanged())
      assert.equal(talk.tell(listing({ containers: { c: metadata } })), 'LOAD WATCH')
    },
  },
  {
    name: 'lookup: no longer ours while the write of an OOM kill waits for its next try: there is no row to withdraw',
    run: () => {
      const talk = conversation({ script: { SAVE: [failed()], ASK: [notOurs] } })
      talk.tell(oomed())
      assert.equal(talk.tell(recordChanged()), 'ASK UNWATCH')
      assert.equal(talk.finish(), '')
    },
  },
  {
    name: 'lookup: somebody else’s for a while after it was announced: a late word of its end is known when it is ours again',
    run: () => {
      const talk = phases['Announced (Waiting)']()
      talk.next({ ASK: [notOurs, found(metadata)] })
      talk.tell(recordChanged())
      assert.equal(talk.phase(), '')
      talk.tell(recordChanged())
      talk.tell(taskDeleted(3))
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'lookup: somebody else’s for a while when its exit was known: a late start is no new run, its end told again counts',
    run: () => {
      const letGo = (): Conversation => {
        const talk = phases.BackingOff()
        talk.next({ ASK: [notOurs, found(metadata)], LOAD: [notFound] })
        talk.tell(recordChanged())
        assert.equal(talk.tell(recordChanged()), 'ASK LOAD')
        return talk
      }
      const talk = letGo()
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.tell(started()), 'LOAD')
      assert.equal(talk.finish(), '')
      assert.equal(talk.told().length, 0)
      const again = letGo()
      again.next({ LOAD: [notFound] })
      again.tell(exited(3))
      assert.deepEqual(again.told().map(({ exitCode }) => exitCode), [3])
    },
  },
  {
    name: 'lookup: somebody else’s for a while when its exit was known: if its task is still there, it is seen to like any other',
    run: () => {
      const talk = phases.BackingOff()
      talk.next({ ASK: [notOurs, found(metadata)], LOAD: [stopped(3, 7)] })
      talk.tell(recordChanged())
      assert.match(talk.tell(recordChanged()), /^ASK LOAD SAVE .*TD SAVE STOP EMIT/)
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'lookup: deleted while somebody else’s: a late word of a run of that time is nothing; of what was announced before, a repeat',
    run: () => {
      const talk = conversation({ policy: { selective: true }, script: { ASK: [notOurs, notFound, found(metadata)] } })
      talk.tell(exited(3))
      talk.tell(recordChanged())
      talk.tell(recordDeleted())
      assert.equal(talk.tell(started(43), exited(4, { pid: 43, ns: 9 }), taskDeleted(3)), '')
      assert.equal(talk.tell(recordChanged()), 'ASK')
      assert.equal(talk.tell(started(43)), '')
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.tell(recordChanged()), 'ASK LOAD')
      assert.equal(talk.tell(taskDeleted(3)), '')
      assert.equal(talk.told().length, 1)
    },
  },
  {
    name: 'lookup: a look that shows a task under a deleted record means a new record: when that task is gone its shim is cleaned up',
    run: () => {
      const talk = phases.Exited()
      talk.tell(recordDeleted())
      talk.next({ LOAD: [unclear, notFound], CLEAN: [cleanedUp] })
      assert.equal(talk.tell(exited(4, { pid: 43, ns: 9 })), 'SAVE LOAD ASK BO(c,1) SAVE')
      assert.equal(lookupOf(talk), 'Known')
      assert.equal(talk.finish(), 'LOAD CLEAN SAVE STOP EMIT(STOPPED,c,s)')
    },
  },
]
