/**
 * A seeded bug: one place in the sources, what stands there, and what is put in its stead, with the check that has to catch it. Find-texts are
 * short, so that they live long; each stands exactly once in its file, and a test holds the list to that.
 */
export interface Mutation {
  /** What the machine does wrong now. */
  readonly name: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** The check that catches it: `simulator: RULE`, `exhaustive: RULE`, `crash matrix: LOSS`, or `vector: NAME`. */
  readonly by: string
}

/** The rules of the simulator's checkers, as they call themselves. */
export const sim = {
  state: 'simulator: the state is sound',
  writeFirst: 'simulator: 1 write before delete',
  announce: 'simulator: 2 write before announce',
  best: 'simulator: 3 the best exit wins, once',
  otherRun: 'simulator: 4 never kill or delete another run',
  oneCall: 'simulator: 5 one destructive call per container',
  noShim: 'simulator: 6 no shim left',
  slots: 'simulator: 7 a hung container delays nobody',
  order: 'simulator: 8 order per container',
  converges: 'simulator: 9 everything converges',
  handsOff: 'simulator: 10 hands off what is not ours',
  falseExit: 'simulator: 11 a failed Wait is no exit',
  nri: 'simulator: NRI once a run',
  io: 'simulator: IO closed on every path',
  oom: 'simulator: an OOM kill is the reason',
  sandbox: 'simulator: a sandbox ends once',
  plain: 'simulator: plain data',
  equal: 'simulator: equal results',
  noThrow: 'simulator: never throws',
} as const
