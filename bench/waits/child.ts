/** A reaper to be weighed: it looks after a namespace until it watches as many containers as it was told, says its weight, and ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { entries } from '../../core/index.ts'
import { connect, openStore, silentLog, startReaper, systemClock } from '../../shell/index.ts'
import { waitFor } from '../../test/support/wait_for.ts'
import type { Weight } from './weight.ts'

const [address = '', namespace = '', running = '0'] = process.argv.slice(2)

const containerd = connect({ address })
const stateDir = mkdtempSync(join(tmpdir(), 'reaper-bench-waits-'))
const store = await openStore({ dir: join(stateDir, 'store'), clock: systemClock, log: silentLog })()
if (E.isLeft(store)) throw new Error(store.left.message)
const started = await startReaper({ containerd, store: store.right, namespaces: [namespace] })()
if (E.isLeft(started)) throw new Error(started.left.message)
const reaper = started.right
await reaper.ready()

const watched = (): number =>
  entries(reaper.state().containers).filter(([, { runs }]) =>
    runs.some(({ phase }) => phase._tag === 'Running' && phase.watch !== undefined)
  ).length
await waitFor(watched, { what: `${running} containers to be watched`, until: (count) => count === Number(running) })

// The Waits are asked for; give their first answers from the connection time to have come, twice.
for (const _ of [0, 1]) {
  await sleep(1_000)
  globalThis.gc?.()
}
const { heapUsed, external, rss } = process.memoryUsage()
const weight: Weight = { heap: heapUsed + external, rss }
rmSync(stateDir, { recursive: true })
process.send?.(weight, () => process.exit(0))
