/** What stands behind an effect that wants an answer: the word it is scripted by, and the event that an outcome becomes. */
import type {
  CleanUpSettled,
  ContainerSettled,
  DeleteSettled,
  DrainSettled,
  ImageSettled,
  KillSettled,
  LoadSettled,
  NriSettled,
  OomKillsSettled,
  PersistSettled,
  SandboxWatchSettled,
  WatchSettled,
} from '../../core/answer.ts'
import type { Effect } from '../../core/effect.ts'
import type { ReaperEvent } from '../../core/event.ts'
import type { Millis } from '../../core/ids.ts'

/** The outcomes that each kind of call can have. */
export interface Outcomes {
  readonly ASK: ContainerSettled['outcome']
  readonly LOAD: LoadSettled['outcome']
  readonly MET: OomKillsSettled['outcome']
  readonly NRI: NriSettled['outcome']
  readonly KILL: KillSettled['outcome']
  readonly DRAIN: DrainSettled['outcome']
  readonly TD: DeleteSettled['outcome']
  readonly CLEAN: CleanUpSettled['outcome']
  readonly SAVE: PersistSettled['outcome']
  readonly WATCH: WatchSettled['outcome']
  readonly POD: SandboxWatchSettled['outcome']
  readonly IMG: ImageSettled['outcome']
}
export type Word = keyof Outcomes

/** Where outcomes come from. `hang`: not now. */
export interface Book {
  readonly take: <W extends Word>(word: W, effect: Effect) => Outcomes[W] | 'hang'
}

/** One call that wants an answer. */
export interface Asked {
  readonly word: Word
  readonly effect: Effect
  /** The event that answers it, undefined while the book says `hang`. */
  readonly settle: (book: Book, at: Millis) => ReaperEvent | undefined
}

const ask = <W extends Word>(word: W, effect: Effect, answer: (outcome: Outcomes[W], at: Millis) => ReaperEvent): Asked => ({
  word,
  effect,
  settle: (book, at) => {
    const outcome = book.take(word, effect)
    return outcome === 'hang' ? undefined : answer(outcome, at)
  },
})

/** The call that an effect makes; undefined for those that nobody answers, and for timers. */
export const askedBy = (effect: Effect): Asked | undefined => {
  switch (effect._tag) {
    case 'LoadContainer': {
      const { container, call } = effect
      return ask('ASK', effect, (outcome, at) => ({ _tag: 'ContainerSettled', container, call, outcome, at }))
    }
    case 'LoadTask': {
      const { container, call } = effect
      return ask('LOAD', effect, (outcome, at) => ({ _tag: 'LoadSettled', container, call, outcome, at }))
    }
    case 'WatchTask': {
      const { container, call } = effect
      return ask('WATCH', effect, (outcome, at) => ({ _tag: 'WatchSettled', container, call, outcome, at }))
    }
    case 'ReadOomKills': {
      const { container, call } = effect
      return ask('MET', effect, (outcome, at) => ({ _tag: 'OomKillsSettled', container, call, outcome, at }))
    }
    case 'NotifyNriExit': {
      const { container, call } = effect
      return ask('NRI', effect, (outcome, at) => ({ _tag: 'NriSettled', container, call, outcome, at }))
    }
    case 'KillTask': {
      const { container, call } = effect
      return ask('KILL', effect, (outcome, at) => ({ _tag: 'KillSettled', container, call, outcome, at }))
    }
    case 'DrainIo': {
      const { container, call } = effect
      return ask('DRAIN', effect, (outcome, at) => ({ _tag: 'DrainSettled', container, call, outcome, at }))
    }
    case 'DeleteTask': {
      const { container, call } = effect
      return ask('TD', effect, (outcome, at) => ({ _tag: 'DeleteSettled', container, call, outcome, at }))
    }
    case 'CleanUpTask': {
      const { container, call } = effect
      return ask('CLEAN', effect, (outcome, at) => ({ _tag: 'CleanUpSettled', container, call, outcome, at }))
    }
    case 'Persist': {
      const { owner, call } = effect
      return ask('SAVE', effect, (outcome, at) => ({ _tag: 'PersistSettled', owner, call, outcome, at }))
    }
    case 'WatchSandbox': {
      const { sandbox, call } = effect
      return ask('POD', effect, (outcome, at) => ({ _tag: 'SandboxWatchSettled', sandbox, call, outcome, at }))
    }
    case 'RefreshImage': {
      const { image, call } = effect
      return ask('IMG', effect, (outcome, at) => ({ _tag: 'ImageSettled', image, call, outcome, at }))
    }
    case 'UnwatchTask':
    case 'CloseIo':
    case 'CancelCall':
    case 'SignalStopped':
    case 'EmitContainerEvent':
    case 'SetTimer':
    case 'CancelTimer':
      return undefined
  }
}

/** The container, sandbox or image that a call is about. */
export const subjectOf = (effect: Effect): string => {
  if ('container' in effect) return effect.container
  if ('sandbox' in effect) return effect.sandbox
  if ('image' in effect) return effect.image
  if ('owner' in effect) return effect.owner.key
  return ''
}
