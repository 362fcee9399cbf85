/**
 * SIGKILL at 200 random moments of the program, on the embedded containerd, while containers exit in every way.
 * KILLS_EMBEDDED: how many; KILLS_SEED: which moments.
 */
import { killsOnEmbedded } from '../kills/on_embedded.ts'
import { runPart, seedOf, sizeOf } from '../kills/part.ts'

const [kills, seed] = [sizeOf('KILLS_EMBEDDED', 200), seedOf('KILLS_SEED')]
await runPart('kills_embedded', `KILLS_EMBEDDED=${kills} KILLS_SEED=${seed} node dist/test/nightly/kills_embedded.js`, async () => {
  const { verdict, left, stderr, text, isClean } = await killsOnEmbedded({ seed, kills, say: console.log })
  return { text, isClean, complaints: [...verdict.complaints, ...left, ...(stderr === '' ? [] : [stderr])] }
})
