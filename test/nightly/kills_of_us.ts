/**
 * SIGKILL at 50 random moments of the program, on a real containerd, while containers exit in every way.
 * KILLS_OF_US: how many; KILLS_SEED: which moments.
 */
import { killsOnReal } from '../kills/on_real.ts'
import { runPart, seedOf, sizeOf } from '../kills/part.ts'

const [kills, seed] = [sizeOf('KILLS_OF_US', 50), seedOf('KILLS_SEED')]
await runPart('kills_of_us', `KILLS_OF_US=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_of_us.js`, async () => {
  const { verdict, left, stderr, text, isClean } = await killsOnReal({ seed, kills, say: console.log })
  return { text, isClean, complaints: [...verdict.complaints, ...left, ...(stderr === '' ? [] : [stderr])] }
})
