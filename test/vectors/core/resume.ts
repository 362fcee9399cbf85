/** core/resume.ts: what a restarted shell owes, phase by phase. None of it destroys anything, and from everywhere the end is reached. */
import assert from 'node:assert/strict'
import { defaultPolicy } from '../../../core/policy.ts'
import { millis } from '../../../core/ids.ts'
import { resume } from '../../../core/resume.ts'
import { wordFor } from '../../support/shorthand.ts'
import { conversation } from '../../support/conversation.ts'
import { exited, imageChanged, listing, sandboxExited } from '../../support/facts.ts'
import { failed, notFound, stopped } from '../../support/outcomes.ts'
import { metadata } from '../../support/conversation.ts'
import { type PhaseName, phaseNames, phases } from '../../support/phases.ts'
import type { Vector } from '../../support/property.ts'

/** What is owed in each phase, in the vectors' shorthand; deadlines are not said. */
const owed: Readonly<Record<PhaseName, string>> = {
  Running: '',
  Examining: 'MET',
  'Recorded (metadata)': 'ASK',
  'Recorded (disk)': 'SAVE',
  'Recorded (grace)': 'GRACE(0)',
  'Recorded (slot)': '',
  Loading: 'LOAD',
  Notifying: 'NRI',
  Killing: 'LOAD',
  Draining: 'DRAIN',
  Deleting: 'LOAD',
  Cleaning: 'LOAD',
  BackingOff: 'GRACE(1)',
  'BackingOff (Kill)': 'GRACE(1) LOAD',
  'BackingOff (Delete)': 'GRACE(1) LOAD',
  'BackingOff (CleanUp)': 'GRACE(1) LOAD',
  Recording: 'SAVE',
  'Announced (Loading)': 'LOAD',
  'Announced (Deleting)': 'LOAD',
  'Announced (Cleaning)': 'LOAD',
  'Announced (Waiting)': 'GRACE(0)',
  'Announced (Closing)': 'LOAD',
  Exited: '',
}

export const cases: ReadonlyArray<Vector> = [
  ...phaseNames.map((name): Vector => ({
    name: `resume: ${name}: ${owed[name] === '' ? 'nothing' : owed[name]} is owed`,
    run: () => {
      const talk = phases[name]()
      const effects = resume(defaultPolicy)(talk.state(), millis(talk.now()))
      assert.equal(effects.flatMap((effect) => wordFor(defaultPolicy, effect) ?? []).join(' '), owed[name])
    },
  })),
  ...phaseNames.filter((name) => name !== 'Running' && name !== 'Recorded (slot)').map((name): Vector => ({
    name: `resume: ${name}: whatever was in flight, the run is announced once and nothing is left to do`,
    run: () => {
      const talk = phases[name]()
      talk.revive()
      talk.finish()
      if (talk.phase() !== 'Exited') {
        talk.next({ LOAD: [notFound, notFound] })
        talk.tell(listing({ containers: { c: metadata } }))
        talk.finish()
      }
      assert.equal(talk.phase(), 'Exited')
      assert.equal(talk.told().filter(({ type }) => type === 'CONTAINER_STOPPED').length, 1)
    },
  })),
  ...phaseNames.filter((name) => name !== 'Running' && name !== 'Recorded (slot)').map((name): Vector => ({
    name: `resume: ${name}: from what is on disk alone, too; what nobody has written, the next listing finds`,
    run: () => {
      const talk = phases[name]()
      const before = talk.told().length
      talk.restart()
      talk.next({ LOAD: [stopped(3, 7), stopped(3, 7)], TD: [{ _tag: 'Deleted', code: 3, exitedAt: undefined }] })
      if (before === 0) talk.tell(listing({ containers: { c: metadata }, tasks: { c: stopped(3, 7) } }))
      talk.finish()
      assert.equal(talk.phase(), 'Exited')
      assert.equal(talk.told().length, 1)
    },
  })),
  {
    name: 'resume: a question about the task that belongs to no handling is asked again',
    run: () => {
      const talk = conversation({ script: { LOAD: ['hang'] } })
      talk.tell(listing({ containers: { c: metadata } }))
      talk.next({ LOAD: [notFound] })
      assert.equal(talk.revive(), 'LOAD SAVE GRACE(7)')
    },
  },
  {
    name: 'resume: images and sandboxes that were being seen to are seen to again',
    run: () => {
      const talk = conversation({ script: { IMG: ['hang', failed()] } })
      talk.tell(imageChanged('busybox'))
      assert.equal(talk.revive(), 'IMG(busybox) BO(busybox,1)')
      assert.equal(talk.revive(), 'GRACE(0)')
      assert.equal(talk.wake(), 'IMG(busybox)')
      assert.equal(talk.revive(), '')
      const pod = conversation({ script: { SAVE: [failed()] } })
      pod.tell(listing({ containers: { c: metadata }, sandboxes: ['s'] }))
      pod.tell(sandboxExited(0))
      assert.match(pod.revive(), /GRACE\(0\)/)
      assert.match(pod.finish(), /SAVE\(s\) STOP\(s\) EMIT\(STOPPED,s,s\)/)
    },
  },
  {
    name: 'resume: an attempt that is taken up again has its time from then on',
    run: () => {
      const talk = phases.Notifying()
      talk.next({ NRI: ['hang'] })
      talk.revive()
      assert.match(talk.pass(10_000), /^BO\(c,1\)/)
    },
  },
  {
    name: 'resume: a crowd is taken up in the order of its keys',
    run: () => {
      const talk = conversation({ from: 'known', script: { LOAD: ['hang', 'hang', 'hang'] } })
      for (const id of ['z', 'a', 'm']) talk.tell(exited(0, { id }))
      const said = talk.revive().split(' ').filter((word) => word.startsWith('LOAD'))
      assert.deepEqual(said, ['LOAD(a)', 'LOAD(m)', 'LOAD(z)'])
    },
  },
]
