/**
 * Chaos on a real containerd, a few minutes of it. CHAOS_RUNS: how many containers; CHAOS_SEED: which faults, and when. "Healthy containers
 * are not slower" is asserted here only, and with much slack: on a busy machine a ratio of medians says little.
 */
import { chaos } from '../chaos/chaos.ts'
import { runPart, seedOf, sizeOf } from '../kills/part.ts'

const [runs, seed] = [sizeOf('CHAOS_RUNS', 200), seedOf('CHAOS_SEED')]
const slack = 3

await runPart('chaos', `CHAOS_RUNS=${runs} CHAOS_SEED=${seed} node dist/test/nightly/chaos.js`, async () => {
  const share = (of: number): number => Math.max(1, Math.round((of * runs) / 200))
  const { verdict, unheard, left, stderr, slowdown, text, isClean } = await chaos({
    seed,
    runs,
    quiet: share(40),
    killsOfUs: share(6),
    killsOfContainerd: share(4),
    cuts: share(8),
    hangSeconds: 15,
    say: console.log,
  })
  const tooSlow = slowdown > slack
    ? [`ordinary containers took ${slowdown.toFixed(2)} of what they take without faults, wanted at most ${slack}`]
    : []
  const complaints = [...verdict.complaints, ...unheard, ...left, ...(stderr === '' ? [] : [stderr]), ...tooSlow]
  return { text, isClean: isClean && tooSlow.length === 0, complaints }
})
