/**
 * How much work a function does, counted and not timed: how often each piece of our code and of the packages was run, by V8's own counters,
 * and how many characters the built-in functions that look through a text had before them. So it is the same on a busy machine.
 */
import inspector from 'node:inspector'

interface Counted {
  readonly result: ReadonlyArray<{
    readonly url: string
    readonly functions: ReadonlyArray<{ readonly ranges: ReadonlyArray<{ readonly count: number }> }>
  }>
}

/** Those of String that may look at every character. */
const scanning = [
  'indexOf',
  'lastIndexOf',
  'includes',
  'split',
  'replace',
  'replaceAll',
  'match',
  'matchAll',
  'search',
  'trim',
  'normalize',
] as const

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<string, Method>

/**
 * Of an expression that is tied to a place no more is looked at than it matched, and a failure mostly ends at once; where it does not, the
 * size of the input is what tells: see `growth.ts`. Of another, all there is.
 */
const lookedAt = ({ source, sticky, lastIndex }: RegExp, text: string, found: unknown): number => {
  if (sticky || source.startsWith('^')) return Array.isArray(found) ? String(found[0]).length : 1
  return text.length - lastIndex
}

const withCounters = (act: () => void): number => {
  let looked = 0
  const strings = String.prototype as unknown as Methods
  const expressions = RegExp.prototype as unknown as Methods
  const originals = scanning.map((name) => [name, strings[name]] as const)
  const exec = expressions['exec']
  for (const [name, original] of originals) {
    strings[name] = function (...args): unknown {
      looked += String(this).length
      return original?.apply(this, args)
    }
  }
  expressions['exec'] = function (...args): unknown {
    const before = (this as RegExp).lastIndex
    const found = exec?.apply(this, args)
    const { source, sticky } = this as RegExp
    looked += lookedAt({ source, sticky, lastIndex: before } as RegExp, String(args[0]), found)
    return found
  }
  try {
    act()
  } finally {
    for (const [name, original] of originals) if (original !== undefined) strings[name] = original
    if (exec !== undefined) expressions['exec'] = exec
  }
  return looked
}

export interface Counter {
  /** Counts of one run of `act`. */
  readonly workOf: (act: () => void) => number
  readonly stop: () => void
}

/** Starts V8's counters: everything is slower until they are stopped. */
export const startCounting = (): Counter => {
  const session = new inspector.Session()
  session.connect()
  const post = (method: string, parameters: object, done: (answer: unknown) => void = () => {}): void =>
    session.post(method, parameters, (error, answer) => {
      if (error !== null) throw error
      done(answer)
    })
  /** What has been counted since it was asked for last. */
  const counted = (): number => {
    let total = 0
    post('Profiler.takePreciseCoverage', {}, (answer) => {
      for (const { url, functions } of (answer as Counted).result) {
        if (!/\/(core|shell|node_modules)\/|\/fuzz/.test(url)) continue
        for (const { ranges } of functions) for (const { count } of ranges) total += count
      }
    })
    return total
  }
  post('Profiler.enable', {})
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    workOf: (act) => {
      counted()
      const looked = withCounters(act)
      return looked + counted()
    },
    stop: () => {
      post('Profiler.stopPreciseCoverage', {})
      session.disconnect()
    },
  }
}
