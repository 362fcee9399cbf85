/**
 * A container in the middle of a step: what it has become and what has been asked for so far. The functions here tell its runs
 * things one after the other, giving each a call id of its own.
 *
 * @module
 */
import { seqAfter } from '../announcement.ts'
import { backoffMs } from '../backoff.ts'
import type { Effect } from '../effect.ts'
import type { Millis } from '../ids.ts'
import { callId, containerOwner } from '../ids.ts'
import type { Policy } from '../policy.ts'
import type { Container } from '../state.ts'
import type { Context, RunEvent, SandboxSaid } from './context.ts'
import { mustWaitItsTurn } from './context.ts'
import { endOf, remember } from './over.ts'
import type { Run } from './phase.ts'
import { stepRun } from './run.ts'
import { unwatched } from './running.ts'

/** What the container's step is told by the machine around it. */
export interface Surroundings {
  readonly policy: Policy
  readonly seq: number
  readonly lastForgotten: number
  readonly sandboxSaid: SandboxSaid
}

export interface Work {
  readonly around: Surroundings
  readonly at: Millis
  readonly container: Container
  readonly effects: ReadonlyArray<Effect>
}

/** The container with changed fields, and more effects. Each use of `nextCall` must come with a new `lastCall`. */
export const change = ({ around, at, container, effects }: Work, fields: Partial<Container>, more: ReadonlyArray<Effect>): Work => ({
  around,
  at,
  container: { ...container, ...fields },
  effects: more.length === 0 ? effects : effects.length === 0 ? more : [...effects, ...more],
})

/** Tells one run something, and puts it back. */
export const tell = (work: Work, run: Run, event: RunEvent): Work => {
  const { around, at, container } = work
  const lastCall = container.lastCall + 1
  const ctx: Context = {
    policy: around.policy,
    at,
    container,
    call: callId(lastCall),
    seq: seqAfter(around.seq, work.effects),
    sandboxSaid: around.sandboxSaid,
  }
  const [next, effects] = stepRun(ctx, event, run)
  if (next === run && effects.length === 0) return work
  const runs = next === undefined
    ? container.runs.filter((other) => other.id.generation !== run.id.generation)
    : container.runs.map((other) => (other.id.generation === run.id.generation ? next : other))
  return change(work, { lastCall, runs }, effects)
}

/** Tells every run that `isMeant` picks, oldest first. A run that an earlier one's step has removed is told nothing. */
export const tellEach = (work: Work, event: RunEvent, isMeant: (run: Run) => boolean = () => true): Work => {
  let next = work
  for (const { id } of work.container.runs) {
    const run = next.container.runs.find((other) => other.id.generation === id.generation)
    if (run !== undefined && isMeant(run)) next = tell(next, run, event)
  }
  return next
}

/** A run that was not known before, believed to run. */
export const openRun = (work: Work, pid: number): readonly [Work, Run] => {
  const { namespace, id, lastGeneration, runs } = work.container
  const generation = lastGeneration + 1
  const run: Run = { id: { namespace, id, pid, generation }, oom: { _tag: 'None' }, phase: unwatched }
  return [change(work, { lastGeneration: generation, runs: [...runs, run] }, []), run]
}

/** Asks for the task, outside any handling, unless that is being asked already. */
export const probe = (work: Work): Work => work.container.probe === undefined ? probeAnew(work) : work

/** Asks even if that is being asked already; only the last answer counts. */
export const probeAnew = (work: Work): Work => {
  const { key, lastCall } = work.container
  const call = callId(lastCall + 1)
  return change(work, { probe: call, lastCall: lastCall + 1 }, [{ _tag: 'LoadTask', container: key, call }])
}

/** Asks after a while. The timer has the name that the question will have. */
export const probeLater = (work: Work): Work => {
  const { key, lastCall } = work.container
  const call = callId(lastCall + 1)
  const delayMs = backoffMs(work.around.policy, 3)
  return change(work, { probe: call, lastCall: lastCall + 1 }, [
    { _tag: 'SetTimer', owner: containerOwner(key), call, delayMs, jitter: true },
  ])
}

/** After the runs have moved: those that are over make room for the next, and whose turn has come is told. */
export const settle = (before: Container, work: Work): Work => {
  const { runs, closed } = work.container
  const over = runs.filter((run) => run.phase._tag === 'Exited' && !wasOver(before, run))
  const kept = runs.filter((run, place) => run.phase._tag !== 'Exited' || place === runs.length - 1)
  const next = over.length === 0 && kept.length === runs.length ? work : change(work, {
    runs: kept,
    closed: remember(closed, over),
  }, [])
  // A question that was asked before may be answered with the task that has been seen to since: it would be taken for another run.
  const isTold = runs.some((run) => endOf(run) !== undefined && !wasTold(before, run))
  const asked = isTold && next.container.probe !== undefined ? probeAnew(next) : next
  return tellEach(
    asked,
    { _tag: 'TurnCame' },
    (run) => run.phase._tag === 'Recorded' && run.phase.waitsFor === 'turn' && !mustWaitItsTurn(asked.container, run),
  )
}

const wasOver = ({ runs }: Container, { id }: Run): boolean =>
  runs.some((run) => run.id.generation === id.generation && run.phase._tag === 'Exited')

const wasTold = ({ runs }: Container, { id }: Run): boolean =>
  runs.some((run) => run.id.generation === id.generation && endOf(run) !== undefined)
