/**
 * A lap: the events of some containers' lives, interleaved as on a busy host, recorded once by leading a machine through them. Told again
 * to the same machine from the same beginning they get the same answers, so telling them is all that has to be measured.
 */
import { type Effect, millis, type ReaperRecord } from '../../core/index.ts'
import type { Contestant } from './contestant.ts'
import type { Member } from './fleet.ts'
import { lapStart, type Life, life } from './life.ts'
import { below, distinct, type Random, seeded } from './random.ts'

/** A contestant with its laps, whatever its state and events look like. */
export interface Racer {
  readonly name: string
  /** Tells the next lap to the machine and gives the last state. After the last lap comes the first again. */
  readonly lap: () => unknown
  /** Events in a lap, on average. */
  readonly events: number
}

/** Containers whose lives go side by side in one lap. */
const together = 32
/** Enough laps to touch thousands of containers, where there are as many: one that is in the processor's cache costs less. */
const laps = 128

/** The same seed for all, so that each is told of the same lives. */
export const racer = <S, E, A>(contestant: Contestant<S, E, A>, members: ReadonlyArray<Member>): Racer => {
  const random = seeded(1)
  const recorded = Array.from({ length: laps }, () => recordLap(contestant, members, random))
  let place = 0
  return {
    name: contestant.name,
    lap: () => {
      const events = recorded[place++ % laps] ?? []
      let state = contestant.begin()
      for (const event of events) state = contestant.step(event, state)[0]
      return state
    },
    events: recorded.reduce((total, events) => total + events.length, 0) / laps,
  }
}

/** Leads `contestant` through a lap, and throws unless it announced the end of each container exactly once. */
const recordLap = <S, E, A>(contestant: Contestant<S, E, A>, members: ReadonlyArray<Member>, random: Random): ReadonlyArray<E> => {
  const chosen = distinct(random, together, members.length).flatMap((place) => members[place] ?? [])
  const lots = chosen.map(() => seeded(below(random, 2 ** 32)))
  const lives = new Map<string, Life>(
    chosen.map((member, place) => [member.key, life(member, contestant.watchOf(member.key), lots[place] ?? random)]),
  )
  const turns = seeded(below(random, 2 ** 32))
  const announced: Array<string> = []
  const events: Array<E> = []
  let state = contestant.begin()
  for (;;) {
    const open = [...lives.values()].filter((each) => each.canGoOn())
    const next = open[below(turns, open.length)]
    if (next === undefined) break
    const event = contestant.eventOf(next.next(millis(lapStart + events.length)))
    events.push(event)
    const [after, asked] = contestant.step(event, state)
    state = after
    for (const effect of contestant.effectsOf(asked)) {
      lives.get(ownerOf(effect))?.asked(effect)
      if (effect._tag === 'Persist') announced.push(...effect.records.flatMap(stoppedRun))
    }
  }
  if (announced.length !== chosen.length || new Set(announced).size !== chosen.length) {
    throw new Error(
      `Cannot record a lap of ${contestant.name}: wanted ${chosen.length} runs announced once each, found ${announced.length}`,
    )
  }
  return events
}

const ownerOf = (effect: Effect): string => 'owner' in effect ? effect.owner.key : 'container' in effect ? effect.container : ''

const stoppedRun = (record: ReaperRecord): ReadonlyArray<string> =>
  record._tag === 'Announcement' && record.type === 'CONTAINER_STOPPED' ? [`${record.run.namespace}/${record.run.id}`] : []
