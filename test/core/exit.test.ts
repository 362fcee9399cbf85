import t from 'tap'
import { better, type Exit, type ExitRank, outranks } from '../../core/exit.ts'
import { nanos } from '../../core/ids.ts'

const exit = (rank: ExitRank, code: number): Exit => ({ code, at: nanos(1n), rank })

t.test('what was seen is believed over what containerd made up, and that over an inference', async (t) => {
  const observed = exit('observed', 3)
  const synthesised = exit('synthesised', 137)
  const inferred = exit('inferred', 255)
  t.equal(better(synthesised, observed), observed)
  t.equal(better(inferred, synthesised), synthesised)
  t.equal(better(observed, inferred), observed)
  t.equal(better(synthesised, inferred), synthesised)
  t.ok(outranks(observed, inferred))
})

t.test('V36: of equal rank the first counts', async (t) => {
  const first = exit('observed', 0)
  t.equal(better(first, exit('observed', 137)), first)
  t.notOk(outranks(first, first))
})
