/**
 * A conversation with the machine: facts go in, and what it asks for is answered by a script, where that says nothing by a containerd
 * that works, until nothing is left to answer. Time is virtual: it moves when the test moves it. After every event the machine's
 * state is asked for broken promises, and every effect whether it may be asked for at all.
 */
import assert from 'node:assert/strict'
import type { Effect } from '../../core/effect.ts'
import type { ReaperEvent } from '../../core/event.ts'
import { type CallId, type ContainerKey, containerKey, millis } from '../../core/ids.ts'
import { initial, replayRecords, resume, step, violations } from '../../core/index.ts'
import type { Metadata } from '../../core/metadata.ts'
import { defaultPolicy, type Policy } from '../../core/policy.ts'
import type { Announcement, ReaperRecord } from '../../core/record.ts'
import type { State } from '../../core/state.ts'
import { type Asked, askedBy, type Outcomes, subjectOf, type Word } from './answers.ts'
import { listing, started } from './facts.ts'
import { guard } from './guard.ts'
import { phaseWord, statusWord } from './run_words.ts'
import { wordFor } from './shorthand.ts'
import { taskWorld } from './task_world.ts'

export const c: ContainerKey = containerKey('ns', 'c')
export const metadata: Metadata = { sandboxId: 's', kind: 'container', ownPidNamespace: false }

/** Answers in the order in which the calls of one word are made; `hang`: none until the test gives it. */
export type Script = { readonly [W in Word]?: ReadonlyArray<Outcomes[W] | 'hang'> }

export interface Options {
  readonly policy?: Partial<Policy>
  readonly script?: Script
  readonly metadata?: Metadata
  /** Answers that depend on whom the call is about; where one is undefined, the world answers. */
  readonly instead?: { readonly [W in Word]?: (about: string) => Outcomes[W] | undefined }
  /** What is there before the conversation begins. `running` (the default): c runs as pid 42 and is watched. `known`: its record is. `nothing`. */
  readonly from?: 'running' | 'known' | 'nothing' | ReadonlyArray<ReaperRecord>
}

export interface Conversation {
  /** Tells the machine, and answers until nothing is left to answer. Gives what was asked for, in the vectors' shorthand. */
  readonly tell: (...events: ReadonlyArray<ReaperEvent>) => string
  /** Answers the oldest open call of that word (with `nth`, a later one). */
  readonly answer: <W extends Word>(word: W, outcome: Outcomes[W], nth?: number) => string
  /** More lines for the script. */
  readonly next: (script: Script) => void
  /** Moves time on, firing what comes due on the way. */
  readonly pass: (ms: number) => string
  /** Moves time to the next timer and fires it. */
  readonly wake: () => string
  /** Fires timers until there is none. */
  readonly finish: () => string
  /** The process dies, and starts again from the rows that are on disk. Nobody answers what was in flight. */
  readonly restart: () => string
  /** The same with the state as it was: what `resume` asks for, phase by phase. */
  readonly revive: () => string
  readonly now: () => number
  readonly state: () => State
  /** `RUNNING 42`, `EXITED 0 @7 Completed`, `ABSENT`: what anybody who asks is shown of the newest run. */
  readonly status: (id?: string) => string
  /** Phases of the container's runs, oldest first: `BackingOff, Recorded (turn)`. */
  readonly phase: (id?: string) => string
  /** What listeners have been told. */
  readonly told: () => ReadonlyArray<Announcement>
  /** What is on disk, oldest row first. */
  readonly rows: () => ReadonlyArray<ReaperRecord>
  /** Words of the calls that nobody has answered. */
  readonly open: () => string
}

interface Timer {
  readonly owner: string
  readonly call: CallId
  readonly due: number
  readonly event: (at: number) => ReaperEvent
}

const stateFrom = (from: Options['from']): State =>
  from === undefined || typeof from === 'string' ? initial('boot') : replayRecords('boot', from)

export const conversation = (options: Options = {}): Conversation => {
  // That a run goes on is written on nobody's way: where it does not matter it is left out.
  const policy: Policy = { ...defaultPolicy, recordRunning: false, ...options.policy }
  const meta = options.metadata ?? metadata
  const world = taskWorld(meta)
  const guarding = guard()
  const script: { [W in Word]: Array<Outcomes[W] | 'hang'> } = {
    ASK: [],
    LOAD: [],
    MET: [],
    NRI: [],
    KILL: [],
    DRAIN: [],
    TD: [],
    CLEAN: [],
    SAVE: [],
    WATCH: [],
    POD: [],
    IMG: [],
  }
  let state = stateFrom(options.from)
  let now = 1_000
  let words: Array<string> = []
  let open: Array<Asked> = []
  let timers: Array<Timer> = []
  const rows: Array<ReaperRecord> = []
  const told: Array<Announcement> = []
  if (typeof options.from === 'object') rows.push(...options.from)

  const next = (more: Script): void => {
    // A function of its own, so that the word's outcomes are one type on both sides.
    const add = <W extends Word>(word: W, outcomes: ReadonlyArray<Outcomes[W] | 'hang'> = []): void => {
      script[word].push(...outcomes)
    }
    for (const word of Object.keys(more)) if (isWord(word)) add(word, more[word])
  }
  const isWord = (word: string): word is Word => word in script
  const book = {
    take: <W extends Word>(word: W, effect: Effect): Outcomes[W] | 'hang' =>
      script[word].shift() ?? options.instead?.[word]?.(subjectOf(effect)) ?? world.take(word, effect),
  }

  const settled = (asked: Asked, event: ReaperEvent): void => {
    guarding.settled(asked.effect)
    if (asked.effect._tag !== 'Persist' || event._tag !== 'PersistSettled' || event.outcome._tag === 'Failed') return
    rows.push(...asked.effect.records)
    for (const released of asked.effect.release) {
      words.push(wordFor(policy, released) ?? '')
      if (released._tag === 'EmitContainerEvent') told.push(released.announcement)
    }
  }

  /** Starts one effect; gives its answer if that comes at once. */
  const perform = (effect: Effect): ReaperEvent | undefined => {
    guarding.asked(effect, rows)
    if (effect._tag === 'CancelTimer') timers = timers.filter(({ owner, call }) => owner !== effect.owner.key || call !== effect.call)
    if (effect._tag === 'UnwatchTask') open = open.filter((asked) => !('call' in asked.effect) || asked.effect.call !== effect.call)
    if (effect._tag === 'SetTimer') {
      const { owner, call, delayMs } = effect
      const due = now + delayMs
      timers.push({ owner: owner.key, call, due, event: (at) => ({ _tag: 'TimerFired', owner, call, at: millis(at) }) })
    }
    const asked = askedBy(effect)
    const event = asked?.settle(book, millis(now))
    const word = wordFor(policy, effect)
    const failed = event?._tag === 'PersistSettled' && event.outcome._tag === 'Failed'
    if (word !== undefined) words.push(effect._tag !== 'Persist' || event !== undefined ? (failed ? `${word}!` : word) : `${word}...`)
    if (asked === undefined) return undefined
    if (event === undefined) open.push(asked)
    else settled(asked, event)
    return event
  }

  const run = (events: ReadonlyArray<ReaperEvent>): string => {
    const mailbox = [...events]
    for (let count = 0; mailbox.length > 0; count++) {
      assert.ok(count < 10_000, `no end in sight: ${words.slice(-20).join(' ')}`)
      const [event, ...others] = mailbox.splice(0)
      if (event === undefined) break
      const [after, effects] = step(policy)(event, state)
      state = after
      assert.deepEqual(violations(policy)(state), [], `after ${words.join(' ')}`)
      mailbox.push(...others, ...effects.flatMap((effect) => perform(effect) ?? []))
    }
    const said = words.join(' ')
    words = []
    return said
  }

  const tell: Conversation['tell'] = (...events) => {
    const dated = events.map((event): ReaperEvent => ({ ...event, at: millis(now) }))
    dated.forEach(world.believe)
    return run(dated)
  }

  const fire = (timer: Timer): string => {
    timers = timers.filter((other) => other !== timer)
    now = Math.max(now, timer.due)
    return run([timer.event(now)])
  }
  const earliest = (until: number): Timer | undefined =>
    timers.filter(({ due }) => due <= until).reduce<Timer | undefined>((a, b) => (a !== undefined && a.due <= b.due ? a : b), undefined)
  const fireAll = (until: number): string => {
    const said: Array<string> = []
    for (let timer = earliest(until); timer !== undefined; timer = earliest(until)) {
      assert.ok(said.length < 1_000, `no end in sight: ${said.slice(-5).join(' / ')}`)
      said.push(fire(timer))
    }
    return said.filter((words) => words !== '').join(' ')
  }

  const revive = (): string => {
    open = []
    timers = []
    guarding.restarted()
    return run(resume(policy)(state, millis(now)).flatMap((effect) => perform(effect) ?? []))
  }

  next(options.script ?? {})
  if (options.from === undefined || options.from === 'running' || options.from === 'known') {
    const isRunning = options.from !== 'known'
    world.believe(started())
    run([listing({ containers: { c: meta }, tasks: isRunning ? { c: { _tag: 'Running', pid: 42 } } : {} })])
  }

  return {
    tell,
    next,
    answer: (word, outcome, nth = 0) => {
      const asked = open.filter((call) => call.word === word)[nth]
      assert.ok(asked, `${word} is not open, but ${open.map((call) => call.word).join(' ')}`)
      open = open.filter((other) => other !== asked)
      script[word].unshift(outcome)
      const event = asked.settle(book, millis(now))
      assert.ok(event)
      settled(asked, event)
      if ('container' in event) world.believe(event)
      return run([event])
    },
    pass: (ms) => {
      const until = now + ms
      const said = fireAll(until)
      now = until
      return said
    },
    wake: () => {
      const timer = earliest(Infinity)
      assert.ok(timer, 'no timer is set')
      return fire(timer)
    },
    finish: () => fireAll(Infinity),
    restart: () => {
      state = replayRecords('boot', rows)
      assert.deepEqual(violations(policy)(state), [], 'after a restart')
      return revive()
    },
    revive,
    now: () => now,
    state: () => state,
    status: (id = 'c') => statusWord(state, containerKey('ns', id)),
    phase: (id = 'c') => phaseWord(state, containerKey('ns', id)),
    told: () => told,
    rows: () => rows,
    open: () => open.map(({ word }) => word).join(' '),
  }
}
