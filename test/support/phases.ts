/** Conversations that stand in each phase, and the shape of a test that moves one of them by one step. */
import assert from 'node:assert/strict'
import type { ReaperEvent } from '../../core/event.ts'
import { type Conversation, conversation, type Options } from './conversation.ts'
import { exited, started } from './facts.ts'
import { durable, failed, notFound, stopped } from './outcomes.ts'
import type { Vector } from './property.ts'

const begun = (options: Options, ...facts: ReadonlyArray<ReaperEvent>): Conversation => {
  const talk = conversation(options)
  talk.tell(...facts)
  return talk
}

const after = (ms: number, talk: Conversation): Conversation => {
  talk.pass(ms)
  return talk
}

const nameless = exited(3, { pid: 0 })
/** The container is known and its run is not: of an exit that is observed all the same the task is looked at first. */
const unseen = { from: 'known' } as const
const slow = { onHandlingTimeout: 'join' } as const

/** By the name that `phase()` gives. What hangs is the call that the phase waits for. */
export const phases = {
  Running: () => conversation(),
  Examining: () => begun({ script: { MET: ['hang'] } }, exited(137)),
  'Recorded (metadata)': () => begun({ from: 'nothing', script: { ASK: ['hang'] } }, exited(3)),
  'Recorded (disk)': () => begun({ script: { SAVE: ['hang'] } }, exited(3)),
  'Recorded (grace)': () => begun({ policy: { deleteGraceMs: 5_000 } }, exited(3)),
  'Recorded (slot)': () => begun({ policy: { maxHandlings: 0 } }, exited(3)),
  Loading: () => begun({ script: { LOAD: ['hang'] } }, nameless),
  Notifying: () => begun({ policy: { nri: true }, script: { NRI: ['hang'] } }, exited(3)),
  Killing: () => begun({ script: { KILL: ['hang'] } }, exited(3)),
  Draining: () => begun({ policy: { io: true }, script: { DRAIN: ['hang'] } }, exited(3)),
  Deleting: () => begun({ script: { TD: ['hang'] } }, exited(3)),
  Cleaning: () => begun({ script: { LOAD: [notFound], CLEAN: ['hang'] } }, nameless),
  BackingOff: () => begun({ script: { TD: [failed('Other', 'busy')] } }, exited(3)),
  'BackingOff (Kill)': () => after(10_000, begun({ policy: slow, script: { KILL: ['hang'] } }, exited(3))),
  'BackingOff (Delete)': () => after(10_000, begun({ policy: slow, script: { TD: ['hang'] } }, exited(3))),
  'BackingOff (CleanUp)': () => after(10_000, begun({ policy: slow, script: { LOAD: [notFound], CLEAN: ['hang'] } }, nameless)),
  Recording: () => begun({ script: { SAVE: [durable, 'hang'] } }, exited(3)),
  'Announced (Loading)': () => begun({ ...unseen, script: { LOAD: [failed('Unavailable'), 'hang'] } }, exited(3)),
  'Announced (Deleting)': () => begun({ ...unseen, script: { LOAD: [failed('Unavailable'), stopped(3, 7)], TD: ['hang'] } }, exited(3)),
  'Announced (Cleaning)': () => begun({ ...unseen, script: { LOAD: [failed('Unavailable'), notFound], CLEAN: ['hang'] } }, exited(3)),
  'Announced (Waiting)': () => begun({ ...unseen, script: { LOAD: [failed('Unavailable'), failed()] } }, exited(3)),
  'Announced (Closing)': () =>
    begun({ ...unseen, script: { LOAD: [failed('Unavailable'), notFound], SAVE: [durable, durable, 'hang'] } }, exited(3)),
  Exited: () => begun({}, exited(3)),
} as const satisfies Readonly<Record<string, () => Conversation>>

export type PhaseName = keyof typeof phases
export const phaseNames: ReadonlyArray<PhaseName> = Object.keys(phases).filter((name): name is PhaseName => name in phases)

/** An older run that waits for its delete to be tried again, and a younger one that has exited and waits for its turn. */
export const twoRuns = (): Conversation => {
  const talk = phases['BackingOff (Delete)']()
  talk.tell(started(43))
  talk.tell(exited(4, { pid: 43, ns: 9 }))
  assert.equal(talk.phase(), 'BackingOff (Delete), Recorded (turn)')
  return talk
}

/** From a phase, by one answer, fact or timer, to another phase: what is asked for until all is quiet, and where that ends. */
export const move = (name: string, start: PhaseName, go: (talk: Conversation) => string, said: string, phase: string): Vector => ({
  name,
  run: () => {
    const talk = phases[start]()
    assert.equal(talk.phase(), start)
    assert.equal(go(talk), said)
    assert.equal(talk.phase(), phase)
  },
})
