/** Where the checkers of a simulated world look in, and how they complain. */
import type { Announcement, ContainerKey, Effect, ReaperEvent, ReaperRecord, RunId, State } from '../../core/index.ts'
import type { Entry } from '../../shell/cri/entry.ts'
import type { Gap } from '../../shell/listeners/cursor.ts'
import type { Containerd } from './truth.ts'
import type { Others } from './others.ts'
import type { Plan } from './plan.ts'
import type { TrueRun } from './truth.ts'

export type Destructive = Extract<Effect, { readonly _tag: 'KillTask' | 'DeleteTask' | 'CleanUpTask' }>

export type Released = Extract<Effect, { readonly _tag: 'Persist' }>['release'][number]['_tag']

/** What a checker may do at each of the moments of a world; those that it does not care about it leaves out. */
export interface Checker {
  /** An event is about to be handed in. */
  readonly told?: (event: ReaperEvent, state: State) => void
  readonly stepped?: (event: ReaperEvent, before: State, after: State, effects: ReadonlyArray<Effect>) => void
  /** An effect is started; `after` is the state of the step that asked for it. */
  readonly asked?: (effect: Effect, after: State) => void
  /** A look at a task is answered by containerd at this moment; the answer has yet to travel. */
  readonly looked?: (effect: Extract<Effect, { readonly _tag: 'LoadTask' }>) => void
  /** A destructive call reaches containerd, and finds this task there, if any. */
  readonly served?: (effect: Destructive, hit: TrueRun | undefined) => void
  /** A destructive call is no longer in flight. */
  readonly settled?: (effect: Destructive) => void
  readonly durable?: (records: ReadonlyArray<ReaperRecord>) => void
  readonly released?: (announcement: Announcement, how: Released) => void
  /** A reader of announcements came: it wants this number and what follows, or what there is. */
  readonly listening?: (listener: string, from: number | undefined) => void
  /** A reader turned to the log. */
  readonly paged?: (listener: string) => void
  readonly heard?: (listener: string, item: Announcement | Gap) => void
  /** Announcements up to this number are kept no longer. */
  readonly dropped?: (upTo: number) => void
  /** An event was put into the CRI stream of a namespace; `isRecalled`: one that an earlier life announced. */
  readonly streamed?: (namespace: string, entry: Entry, isRecalled: boolean) => void
  /** A client of the stream opened a call; an event was written to it, it read one, it was cut off; and what it had not read when it died
   * was written so long ago that nobody can tell. */
  readonly criCame?: (client: string, namespace: string) => void
  readonly criSent?: (client: string, entry: Entry) => void
  readonly criHeard?: (client: string, entry: Entry) => void
  readonly criCut?: (client: string, missed: number) => void
  /** It died with what was written to it long ago unread, up to this event, and nothing shows it. */
  readonly criForgotten?: (client: string, last: Entry) => void
  /** A plugin is told that a run ended. */
  readonly pluginTold?: (plugin: string, run: RunId) => void
  /** Our process died. */
  readonly crashed?: () => void
  readonly resumed?: (state: State) => void
  /** The faults are over, and all that had to happen had time to. */
  readonly quiet?: (state: State) => void
}

/** What a checker knows of the world beside what passes its hooks. */
export interface View {
  readonly plan: Plan
  readonly now: () => number
  readonly containerd: Containerd
  readonly others: Others
  /** All rows that are on disk, oldest first. */
  readonly rows: () => ReadonlyArray<ReaperRecord>
  /** Keys that never were and never will be ours. */
  readonly foreign: ReadonlySet<ContainerKey>
  /** Keys whose labels changed at some time, so that they were ours at times only. */
  readonly relabelled: ReadonlySet<ContainerKey>
}

/** A rule was broken. */
export interface Breach {
  readonly rule: string
  readonly what: string
}

/** Ends the world: thrown by a checker, caught by whoever runs the world. */
export class Broken extends Error {
  readonly breach: Breach
  constructor(breach: Breach) {
    super(`${breach.rule}: ${breach.what}`)
    this.breach = breach
  }
}

export const broken = (rule: string, what: string): never => {
  throw new Broken({ rule, what })
}

type Hook = keyof Checker
type Called<H extends Hook> = (...args: Parameters<NonNullable<Checker[H]>>) => void

/** All checkers as one, in which every hook is there. */
export const together = (checkers: ReadonlyArray<Checker>): Required<Checker> => {
  const all = <H extends Hook>(hook: H): Called<H> => {
    const calls = checkers.flatMap((checker) => (checker[hook] === undefined ? [] : [checker[hook] as Called<H>]))
    return (...args) => {
      for (const call of calls) call(...args)
    }
  }
  return {
    told: all('told'),
    stepped: all('stepped'),
    asked: all('asked'),
    looked: all('looked'),
    served: all('served'),
    settled: all('settled'),
    durable: all('durable'),
    released: all('released'),
    listening: all('listening'),
    paged: all('paged'),
    heard: all('heard'),
    dropped: all('dropped'),
    streamed: all('streamed'),
    criCame: all('criCame'),
    criSent: all('criSent'),
    criHeard: all('criHeard'),
    criCut: all('criCut'),
    criForgotten: all('criForgotten'),
    pluginTold: all('pluginTold'),
    crashed: all('crashed'),
    resumed: all('resumed'),
    quiet: all('quiet'),
  }
}
