/**
 * Decode errors of io-ts as lines a person can act on: where, what was wanted, what was found. Knows the shape of io-ts's errors
 * and nothing of any particular codec; a codec says what it wants by its name.
 *
 * @module
 */
import * as t from 'io-ts'
import { show } from './show.ts'

/** Something from outside was refused. One line per problem, never none. */
export interface Rejected {
  readonly _tag: 'Rejected'
  readonly problems: ReadonlyArray<string>
}

export const rejected = (problems: ReadonlyArray<string>): Rejected => ({ _tag: 'Rejected', problems })

/** One problem: where it is, from the root of the decoded value (`.policy.max_handlings`, `[3]`), and what is wrong there. */
export interface Problem {
  readonly path: string
  readonly text: string
}

type Entry = t.ContextEntry

/** t.strict, t.readonly and refinements wrap the codec whose kind decides what a step below it means. */
const kindOf = (type: unknown): unknown => {
  if (!(type instanceof t.Type) || !('_tag' in type)) return undefined
  const wraps = type._tag === 'ExactType' || type._tag === 'ReadonlyType' || type._tag === 'RefinementType'
  return wraps && 'type' in type ? kindOf(type.type) : type._tag
}

const isUnion = (entry: Entry | undefined): boolean => kindOf(entry?.type) === 'UnionType'
const isIntersection = (entry: Entry | undefined): boolean => kindOf(entry?.type) === 'IntersectionType'

/** The way to the last of `entries`. io-ts adds a step for the number of a union's or intersection's member; the value has none. */
const pathOf = (entries: ReadonlyArray<Entry>): string =>
  entries
    .filter((_, i) => i > 0 && !isUnion(entries[i - 1]) && !isIntersection(entries[i - 1]))
    .map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${show(key)}]`))
    .join('')

interface Failure {
  readonly entries: ReadonlyArray<Entry>
  readonly message: string | undefined
}

/** What fails every part of an intersection fails the intersection. */
const raise = ({ entries, message }: Failure): Failure =>
  isIntersection(entries.at(-2)) ? raise({ entries: entries.slice(0, -1), message }) : { entries, message }

const problemOf = ({ entries, message }: Failure): Problem => {
  const last = entries.at(-1)
  const wanted = (last?.type.name ?? 'another value').slice(0, 160)
  return { path: pathOf(entries), text: message ?? `wanted ${wanted}, found ${show(last?.actual)}` }
}

const groupBy = (
  failures: ReadonlyArray<Failure>,
  keyOf: (failure: Failure) => string,
): ReadonlyArray<readonly [Failure, ...Failure[]]> => {
  const groups = new Map<string, [Failure, ...Failure[]]>()
  for (const failure of failures) {
    const group = groups.get(keyOf(failure))
    if (group === undefined) groups.set(keyOf(failure), [failure])
    else group.push(failure)
  }
  return [...groups.values()]
}

const keysTo = (failure: Failure, depth: number): string => JSON.stringify(failure.entries.slice(0, depth).map(({ key }) => key))

/**
 * A union fails once for each of its members. If the value got further with exactly one of them, that is the one that was meant, and
 * its own problems are told; otherwise the union as a whole is what was wanted.
 */
const problemsFrom = (failures: ReadonlyArray<Failure>, from: number): ReadonlyArray<Problem> => {
  const unionOf = ({ entries }: Failure): number => entries.findIndex((entry, i) => i >= from && i + 1 < entries.length && isUnion(entry))
  return groupBy(failures, (failure) => {
    const union = unionOf(failure)
    return union === -1 ? `at ${keysTo(failure, failure.entries.length)}` : `in ${keysTo(failure, union + 1)}`
  }).flatMap((group) => {
    const union = unionOf(group[0])
    if (union === -1) return [problemOf(group[0])]
    const further = groupBy(group.filter(({ entries }) => entries.length > union + 2), (failure) => keysTo(failure, union + 2))
    const [meant, ...others] = further
    if (meant !== undefined && others.length === 0) return problemsFrom(meant, union + 1)
    return [problemOf({ entries: group[0].entries.slice(0, union + 1), message: undefined })]
  })
}

/** The problems of a failed decode, each once, in the order io-ts met them. */
export const problemsOf = (errors: t.Errors): ReadonlyArray<Problem> =>
  problemsFrom(errors.map(({ context, message }) => raise({ entries: context, message })), 0)

const maxLines = 20

/**
 * One line per problem: `Cannot read checkpoint.containers["ci/web-1"].exitCode: wanted a whole number, found "137"`.
 * `what` names the thing that was read. After twenty lines the rest is counted.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import * as t from 'io-ts'
 * import { explain } from 'containerd-reaper/core'
 *
 * const decoded = t.strict({ pid: t.Int }).decode({ pid: '42' })
 * assert.deepEqual(decoded._tag === 'Left' && explain('status', decoded.left), ['Cannot read status.pid: wanted Int, found "42"'])
 * ```
 */
export const explain = (what: string, errors: t.Errors): ReadonlyArray<string> => {
  const lines = problemsOf(errors).map(({ path, text }) => `Cannot read ${what}${path}: ${text}`)
  return lines.length <= maxLines ? lines : [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more problems of ${what}`]
}
