/** Our own machine as a contestant, looking after a fleet whose containers all run. */
import {
  callId,
  defaultPolicy,
  initial,
  lookup,
  type Metadata,
  type ReaperEvent,
  type Relisted,
  type State,
  type Step,
  step,
} from '../../core/index.ts'
import { type Member, namespaces } from './fleet.ts'
import { type Racer, racer } from './lap.ts'
import { lapStart } from './life.ts'

const react: Step = step(defaultPolicy)

/** Every other container belongs to a pod of ten. */
const metadataOf = (place: number): Metadata => ({
  sandboxId: place % 2 === 0 ? undefined : `pod-${Math.floor(place / 20)}`,
  kind: 'container',
  ownPidNamespace: true,
})

/** What a listing of the whole fleet says: one for each namespace. */
export const listings = (members: ReadonlyArray<Member>): ReadonlyArray<Relisted> =>
  namespaces.map((namespace) => {
    const own = members.flatMap((member, place) => (member.namespace === namespace ? [{ member, place }] : []))
    return {
      _tag: 'Relisted',
      namespace,
      containers: own.map(({ member, place }) => ({ id: member.id, metadata: metadataOf(place) })),
      tasks: own.map(({ member }) => ({ id: member.id, task: { _tag: 'Running', pid: member.pid } })),
      sandboxes: undefined,
      at: lapStart,
    }
  })

export const takeIn = (events: ReadonlyArray<Relisted>): State =>
  events.reduce((state, listing) => react(listing, state)[0], initial('boot-1'))

export const reaper = (members: ReadonlyArray<Member>): Racer => {
  const running = takeIn(listings(members))
  return racer({
    name: `step, ${members.length} containers`,
    eventOf: (event: ReaperEvent) => event,
    begin: () => running,
    watchOf: (key) => {
      const phase = lookup(key, running.containers)?.runs[0]?.phase
      return phase?._tag === 'Running' && phase.watch !== undefined ? phase.watch : callId(0)
    },
    step: react,
    effectsOf: (effects) => effects,
  }, members)
}
