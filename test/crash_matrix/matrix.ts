/**
 * A story is told to its end, and every place between two things that the process does is noted: before and after each effect is started,
 * each answer taken, each write durable, each call carried out. Then it is told again, once for each of these places, with the process killed
 * there and started again; and for each place in that, with a second kill.
 */
import type { Effect, ReaperEvent } from '../../core/index.ts'
import { breachOf } from '../exhaustive/search.ts'
import { serve, type Way, waysOf } from '../small_world/answers.ts'
import { at, beginning, die, land, listingOf, nothingLeft, react, type Situation, start, wake, withCall } from '../small_world/situation.ts'
import { fireNext } from '../small_world/answers.ts'
import type { Story } from './stories.ts'
import { countLosses, type Losses, noLosses, sum } from './losses.ts'

/** A moment at which the process can be killed. */
interface Moment {
  readonly s: Situation
  readonly happened: number
}

/** A story of this size comes to rest in far fewer moments. */
const enough = 5_000

/** From here to the end. Every moment on the way is given to `note`. */
const tell = ({ rules, happenings, instead }: Story, from: Moment, note: (moment: Moment) => void): Situation => {
  let { s, happened } = from
  let moments = 0
  const moment = (): void => {
    moments += 1
    if (moments > enough) throw new Error(`something still moves after ${enough} moments`)
    note({ s, happened })
  }
  const perform = (effects: ReadonlyArray<Effect>): void => {
    for (const effect of effects) {
      s = start(rules, s, effect)
      moment()
    }
  }
  const take = (event: ReaperEvent): void => {
    moment()
    const [next, effects] = react(rules, s, event)
    s = next
    moment()
    perform(effects)
  }
  const answer = ({ event, from: without }: Way): void => {
    s = without
    take(event)
  }
  /** The first call that can be served: what it does is done, then it is answered. */
  const serveOne = (): boolean => {
    for (const asked of s.calls) {
      let call = asked
      if (waysOf(s, call).every(({ isFailure }) => isFailure)) continue
      const { effect } = call
      const isDestructive = effect._tag === 'KillTask' || effect._tag === 'DeleteTask' || effect._tag === 'CleanUpTask'
      const otherwise = isDestructive && s.left.others > 0 ? instead?.(s, call) : undefined
      if (otherwise !== undefined) {
        s = { ...otherwise.s, left: { ...s.left, others: s.left.others - 1 } }
        moment()
      }
      if (otherwise?.outcome !== undefined) s = withCall(s, call, { served: otherwise.outcome })
      else if (effect._tag === 'Persist') s = land(s, call)
      else if (isDestructive) s = serve(s, call)
      call = s.calls.find((it) => it.effect === effect) ?? call
      moment()
      const way = waysOf(s, call).find(({ isFailure }) => !isFailure)
      if (way === undefined) continue
      answer(way)
      return true
    }
    return false
  }
  const advance = (): boolean => {
    const [event] = s.events
    if (event !== undefined) {
      s = { ...s, events: s.events.slice(1) }
      take(at(s, event.fact))
      return true
    }
    if (s.listing !== undefined) {
      s = { ...s, listing: undefined }
      take(at(s, listingOf(s.truth)))
      return true
    }
    if (serveOne()) return true
    const due = fireNext(s)
    if (due !== undefined) {
      s = due.from
      take(due.event)
    }
    return due !== undefined
  }
  // A process that was just started owes something, and one that begins for the first time owes nothing.
  if (from.s.calls.length === 0 && from.s.listing === undefined) {
    const [awake, owed] = wake(rules, s)
    s = awake
    moment()
    perform(owed)
  }
  for (;;) {
    while (advance());
    const next = happenings[happened]
    if (next === undefined) break
    happened += 1
    s = next(s)
  }
  s = { ...s, listing: s.truth }
  while (advance());
  return s
}

export interface Line {
  readonly story: string
  readonly boundaries: number
  readonly kills: number
  readonly losses: Losses
  /** What else went wrong: a rule that was broken on the way. */
  readonly broken: ReadonlyArray<string>
}

export const describeLine = ({ story, boundaries, kills, losses, broken }: Line): string =>
  `${story}: ${boundaries} boundaries, ${kills} kills, lost exit codes ${losses.codes}, lost announcements ${losses.announcements}, ` +
  `announcements with two sequence numbers ${losses.doubles}, tasks and shims left ${losses.left}, lost reasons ${losses.reasons}` +
  (broken.length === 0 ? '' : `, broken: ${broken[0]}`)

/** `pairs`: of the places after a first kill, one in so many gets a second kill; 0 for none. */
export const matrixOf = (story: Story, pairs: number): Line => {
  let kills = 0
  let losses = noLosses
  const broken: string[] = []
  const finish = (from: Moment, note: (moment: Moment) => void): void => {
    try {
      losses = sum(losses, countLosses(tell(story, from, note), story.oom))
    } catch (error) {
      const { rule, what } = breachOf(error)
      broken.push(`${rule}: ${what}`)
    }
  }
  const killed = ({ s, happened }: Moment): Moment => {
    kills += 1
    return { s: die(s), happened }
  }
  const first: Moment[] = []
  const s = beginning(story.rules, story.truth, { ...nothingLeft, others: story.troubles })
  finish({ s, happened: 0 }, (moment) => first.push(moment))
  for (const moment of first) {
    const second: Moment[] = []
    finish(killed(moment), (it) => second.push(it))
    if (pairs > 0) { for (const [place, it] of second.entries()) if (place % pairs === kills % pairs) finish(killed(it), () => {}) }
  }
  return { story: story.name, boundaries: first.length, kills, losses, broken }
}
