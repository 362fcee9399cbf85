/**
 * Runs the benchmarks, all or those that are named, and says what they found. Ends with 1 when a bar is missed, with 2 when it is asked
 * for what there is not. `--save` also writes the result to docs/benchmarks.md.
 */
import process from 'node:process'
import { machine } from './machine.ts'
import { benchBurst } from './burst.ts'
import { benchListeners } from './listeners.ts'
import { isMet, render, type Report } from './report.ts'
import { save } from './save.ts'
import { benchStep } from './step.ts'
import { benchStore } from './store.ts'
import { benchWaits } from './waits.ts'

const benches: Readonly<Record<string, () => Promise<Report>>> = {
  step: benchStep,
  burst: benchBurst,
  store: benchStore,
  waits: benchWaits,
  listeners: benchListeners,
}

const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const isSaving = args.includes('--save')
  const named = args.filter((arg) => arg !== '--save')
  const unknown = named.find((name) => !(name in benches))
  if (unknown !== undefined) {
    console.error(`Cannot run the benchmark ${unknown}: wanted ${Object.keys(benches).join(', ')} or --save, found none of these`)
    return 2
  }
  const reports: Array<Report> = []
  for (const [name, bench] of Object.entries(benches)) {
    if (named.length > 0 && !named.includes(name)) continue
    const measuredOn = machine()
    const report = await bench()
    const text = render(report, measuredOn)
    console.log(`${text}\n`)
    if (isSaving) save(text)
    reports.push(report)
  }
  return reports.every(({ bars }) => bars.every(isMet)) ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
