/** Every way in which a situation can go on: the world moves, news arrives, a call is answered, a timer fires, the process dies. */
import { describeEvent } from '../../core/index.ts'
import { fire, goOn, serve, waysOf } from './answers.ts'
import type { Budget, Fact, Rules, Situation } from './situation.ts'
import { at, land, listingOf, restart, take } from './situation.ts'
import { exited, recordGone, sandboxExited, shimGone, started, taskGone, taskOf } from './truth.ts'

export interface Move {
  readonly name: () => string
  readonly go: () => Situation
}

const spent = (s: Situation, what: keyof Budget): Situation => ({ ...s, left: { ...s.left, [what]: s.left[what] - 1 } })

const told = (s: Situation, ...facts: ReadonlyArray<Fact>): Situation => ({
  ...s,
  events: [...s.events, ...facts.map((fact) => ({ fact, left: 1 }))],
})

export const movesOf = (rules: Rules, s: Situation): ReadonlyArray<Move> => [
  ...ofWorld(s),
  ...ofNews(rules, s),
  ...s.calls.flatMap((call): ReadonlyArray<Move> => {
    const { effect, served } = call
    const isWrite = effect._tag === 'Persist'
    const isFirst = !isWrite || s.calls.find((it) => it.effect._tag === 'Persist' && it.served === undefined) === call
    const isDestructive = effect._tag === 'DeleteTask' || effect._tag === 'CleanUpTask'
    // Only where our own death can come between what was done and its answer does it matter that the two are apart.
    const halfway: ReadonlyArray<Move> = served === undefined && isFirst && (isWrite || isDestructive)
      ? [{ name: () => `. ${effect._tag} call=${effect.call} is served`, go: () => (isWrite ? land(s, call) : serve(s, call)) }]
      : []
    return [
      ...halfway,
      ...waysOf(s, call).filter(({ isFailure }) => !isFailure || s.left.failures > 0).map((way): Move => ({
        name: () => `> ${describeEvent(way.event)}`,
        go: () => goOn(rules, way.isFailure ? { ...way, from: spent(way.from, 'failures') } : way),
      })),
    ]
  }),
  ...(s.timers.length > 0 ? [{ name: () => '> the next timer fires', go: () => fire(rules, s) ?? s }] : []),
  ...(s.left.crashes > 0 ? [{ name: () => '. the process dies and starts again', go: () => restart(rules, spent(s, 'crashes')) }] : []),
]

/** What others and the containers themselves do. */
const ofWorld = (s: Situation): ReadonlyArray<Move> => [
  ...s.truth.containers.flatMap((container): ReadonlyArray<Move> => {
    const { key, record, shim, metadata, oomKilled } = container
    const task = taskOf(container)
    const moves: Move[] = []
    if (task?.status === 'running') {
      moves.push({
        name: () => `. ${key} exits`,
        go: () => {
          const truth = exited(s.truth, key, s.now)
          const run = truth.containers.find((it) => it.key === key)?.runs.at(-1)
          if (run === undefined) return s
          const { pid, code, exitedAt } = run
          const fact: Fact = { _tag: 'TaskExited', container: key, processId: key.slice(3), pid, code, exitedAt }
          return told({ ...s, truth }, ...(oomKilled ? [{ _tag: 'TaskOomed', container: key } as const] : []), fact)
        },
      })
    }
    if (task === undefined && !shim && record && s.left.starts > 0) {
      moves.push({
        name: () => `. ${key} is started`,
        go: () => {
          const truth = started(s.truth, key)
          const pid = truth.containers.find((it) => it.key === key)?.runs.at(-1)?.pid ?? 0
          return told(spent({ ...s, truth }, 'starts'), { _tag: 'TaskStarted', container: key, pid })
        },
      })
    }
    if (s.left.others > 0 && metadata.kind === 'container') {
      if (task?.status === 'stopped') {
        const { pid, code, exitedAt } = task
        const fact: Fact = { _tag: 'TaskDeleted', container: key, pid, code, exitedAt }
        for (const leak of [false, true]) {
          moves.push({
            name: () => `. another client deletes the task of ${key}${leak ? ' and leaves its shim' : ''}`,
            go: () => told(spent({ ...s, truth: taskGone(s.truth, key, 'other', leak) }, 'others'), fact),
          })
        }
      }
      if (task?.status === 'running') {
        moves.push({
          name: () => `. the shim of ${key} dies`,
          go: () => {
            const dead = taskGone(exited(s.truth, key, s.now, 137), key, 'other', false)
            const fact: Fact = { _tag: 'TaskExited', container: key, processId: key.slice(3), pid: 0, code: 137, exitedAt: undefined }
            return told(spent({ ...s, truth: shimGone(dead, key) }, 'others'), fact)
          },
        })
      }
      if (task === undefined && record && !shim) {
        moves.push({
          name: () => `. the record of ${key} is deleted`,
          go: () => told(spent({ ...s, truth: recordGone(s.truth, key) }, 'others'), { _tag: 'ContainerDeleted', container: key }),
        })
      }
    }
    return moves
  }),
  ...s.truth.sandboxes.flatMap(({ key, code, exitedAt }): ReadonlyArray<Move> =>
    exitedAt !== undefined ? [] : [{
      name: () => `. the sandbox ${key} ends`,
      go: () => {
        const truth = sandboxExited(s.truth, key, s.now)
        const end = truth.sandboxes.find((it) => it.key === key)?.exitedAt
        return told({ ...s, truth }, { _tag: 'SandboxExited', sandbox: key, code, exitedAt: end })
      },
    }]
  ),
]

/** Events that are on their way arrive, in any order, or twice; listings too. What never arrives is lost. */
const ofNews = (rules: Rules, s: Situation): ReadonlyArray<Move> => [
  ...s.events.flatMap((event): ReadonlyArray<Move> => {
    const { fact } = event
    const others = s.events.filter((it) => it !== event)
    const arrive = (next: Situation): Move => ({
      name: () => `> ${describeEvent(at(next, fact))}`,
      go: () => take(rules, next, at(next, fact)),
    })
    return [
      arrive({ ...s, events: others }),
      ...(s.left.doubles > 0 ? [arrive({ ...spent(s, 'doubles'), events: s.events })] : []),
    ]
  }),
  ...(s.listing === undefined ? [] : [...new Set([s.truth, s.listing])].map((truth, place): Move => ({
    name: () => `> Relisted${place === 1 ? ', as it was when asked for' : ''}`,
    go: () => {
      const next: Situation = { ...s, listing: undefined }
      return take(rules, next, at(next, listingOf(truth)))
    },
  }))),
  ...(s.listing === undefined && s.left.listings > 0
    ? [{
      name: () => '> Relisted',
      go: () => {
        const next = spent(s, 'listings')
        return take(rules, next, at(next, listingOf(s.truth)))
      },
    }]
    : []),
]
