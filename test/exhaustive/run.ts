/** One search of one small world: how far it came, and what it broke, with the history that leads there. */
import { calm, checkRest } from '../small_world/calm.ts'
import { describeReached, shortfall, type Size } from './reached.ts'
import { type Reached, search } from './search.ts'
import type { SmallWorld } from './worlds.ts'

export interface Ran {
  readonly reached: Reached
  /** One line or more for each thing that is wrong. */
  readonly problems: ReadonlyArray<string>
}

/** Of one situation in so many it is seen whether it comes to rest once nothing goes wrong any more. */
const everyNth: Readonly<Record<Size, number>> = { 'test run': 50, minute: 20 }

export const runSearch = (
  { name, rules, from, depth, nightlyDepth }: SmallWorld,
  size: Size,
  print: (line: string) => void = () => {},
): Ran => {
  const { reached, broken } = search({
    rules,
    from,
    depth: size === 'minute' ? nightlyDepth : depth,
    visit: (situation, place) => {
      if (place % everyNth[size] === 0) checkRest(calm(rules, situation))
    },
  })
  print(`${name}: ${describeReached(reached)}`)
  if (broken === undefined) {
    const short = shortfall(name, size, reached)
    return { reached, problems: short === undefined ? [] : [short] }
  }
  const { breach, history } = broken
  return { reached, problems: [`${name}: rule broken: ${breach.rule}: ${breach.what}\n${history.map((line) => `  ${line}`).join('\n')}`] }
}
