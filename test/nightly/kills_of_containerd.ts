/**
 * SIGKILL at 50 random moments of a real containerd, while containers exit before, during and after its absence.
 * KILLS_OF_CONTAINERD: how many; KILLS_SEED: which moments.
 */
import { killsOfContainerd } from '../kills/of_containerd.ts'
import { runPart, seedOf, sizeOf } from '../kills/part.ts'

const [kills, seed] = [sizeOf('KILLS_OF_CONTAINERD', 50), seedOf('KILLS_SEED')]
await runPart(
  'kills_of_containerd',
  `KILLS_OF_CONTAINERD=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_of_containerd.js`,
  async () => {
    const { verdict, left, stderr, text, isClean } = await killsOfContainerd({ seed, kills, say: console.log, longOutages: true })
    return { text, isClean, complaints: [...verdict.complaints, ...left, ...(stderr === '' ? [] : [stderr])] }
  },
)
