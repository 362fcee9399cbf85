/**
 * `node dist/test/mutation/check.js CHECK [WORLDS]`: runs one check of the machine as it stands here, and says whether it catches anything.
 * Started in a copy of the project in which one thing is broken. The last line is JSON: what was caught, or nothing.
 */
import process from 'node:process'
import { allVectors } from '../all_vectors.ts'
import { matrixOf } from '../crash_matrix/matrix.ts'
import { stories } from '../crash_matrix/stories.ts'
import { search } from '../exhaustive/search.ts'
import { smallWorlds } from '../exhaustive/worlds.ts'
import { cases as damageCases } from '../shell/store/damage_cases.ts'
import { cases as faultCases } from '../shell/store/fault_cases.ts'
import { cases as storeCases } from '../shell/store/store_cases.ts'
import { runWorld } from '../sim/world.ts'
import { calm, checkRest } from '../small_world/calm.ts'

/** What a check found: the rule, and where. */
export interface Catch {
  readonly rule: string
  readonly where: string
}

type Found = Catch | undefined
type Check = (isWanted: (rule: string) => boolean) => Found | Promise<Found>

const simulator = (worlds: number): Check => (isWanted) => {
  for (let seed = 1; seed <= worlds; seed += 1) {
    const { breach } = runWorld(seed)
    if (breach !== undefined && isWanted(breach.rule)) return { rule: breach.rule, where: `world ${seed}` }
  }
  return undefined
}

const exhaustive: Check = (isWanted) => {
  for (const { name, rules, from, depth } of smallWorlds()) {
    const visit: NonNullable<Parameters<typeof search>[0]['visit']> = (situation, place) => {
      if (place % 50 === 0) checkRest(calm(rules, situation))
    }
    const { broken } = search({ rules, from, depth, visit })
    if (broken !== undefined && isWanted(broken.breach.rule)) {
      return { rule: broken.breach.rule, where: `${name}, ${broken.history.length} steps` }
    }
  }
  return undefined
}

const losses = {
  codes: 'lost exit codes',
  announcements: 'lost announcements',
  doubles: 'two sequence numbers',
  left: 'tasks and shims left',
  reasons: 'lost reasons',
} as const

const crashMatrix: Check = (isWanted) => {
  for (const story of stories) {
    const line = matrixOf(story, 0)
    const lost = Object.entries(losses).flatMap(([what, rule]) => (line.losses[what as keyof typeof losses] > 0 ? [rule] : []))
    const rule = [...lost, ...line.broken.map((it) => it.slice(0, it.indexOf(':')))].find(isWanted)
    if (rule !== undefined) return { rule, where: story.name }
  }
  return undefined
}

/** The one case of that name, of all that both runtimes run. */
const vector: Check = async (isWanted) => {
  const found = [...allVectors, ...storeCases, ...faultCases, ...damageCases].filter(({ name }) => isWanted(name))
  if (found.length !== 1) throw new Error(`Cannot run the case: wanted one of that name, found ${found.length}`)
  for (const { name, run } of found) {
    try {
      await run()
    } catch {
      return { rule: name, where: 'test/vectors/ or the cases of the store' }
    }
  }
  return undefined
}

const [wanted = '', worlds = '3000'] = process.argv.slice(2)
const colon = wanted.indexOf(': ')
const checks: Readonly<Record<string, Check>> = { simulator: simulator(Number(worlds)), exhaustive, 'crash matrix': crashMatrix, vector }
const check = checks[wanted.slice(0, colon)]
if (check === undefined) throw new Error(`Cannot run ${wanted}: wanted one of ${Object.keys(checks).join(', ')} before a colon`)
const rule = wanted.slice(colon + 2)
process.stdout.write(`${JSON.stringify((await check((found) => rule === '*' || found === rule)) ?? null)}\n`)
process.exit(0)
