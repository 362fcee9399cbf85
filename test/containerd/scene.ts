/**
 * What the acceptance tests share: one daemon a file, a namespace and a reaper a test, and the end that every test must come to.
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { bundlesOf, type Containerd, type Ctr, ctrFor, shimsOf } from '../support/containerd/index.ts'
import { type ReaperProcess, type Runtime, startReaper, type StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'

export interface SceneOptions {
  readonly runtime?: Runtime
  /** More flags of `run`. */
  readonly flags?: ReadonlyArray<string>
  /** Namespaces to reap beside the test's own. */
  readonly beside?: ReadonlyArray<string>
  /** That of an earlier reaper; a new one unless told. */
  readonly stateDir?: string
}

/** What tests run the reaper on: Node, and Deno where both are told from one another, unless REAPER_RUNTIME says which. */
export const runtimes: readonly [Runtime, ...ReadonlyArray<Runtime>] = process.env['REAPER_RUNTIME'] === 'deno'
  ? ['deno']
  : ['node', 'deno']

/** One test's corner of the daemon. */
export interface Scene {
  readonly daemon: Containerd
  readonly namespace: string
  readonly ctr: Ctr
  /** Starts the reaper of this namespace; the test's end ends it. */
  readonly reap: (options?: SceneOptions) => Promise<ReaperProcess>
}

/** A namespace of its own for a test. */
export const scene = (t: Test, daemon: Containerd, namespace: string): Scene => ({
  daemon,
  namespace,
  ctr: ctrFor(daemon, namespace),
  reap: async ({ beside = [], stateDir = mkdtempSync(join(daemon.dir, 'reaper-')), ...options } = {}) => {
    const reaper = await startReaper({
      runtime: runtimes[0],
      ...options,
      address: daemon.address,
      namespaces: [namespace, ...beside],
      stateDir,
    })
    t.teardown(() => reaper.kill9())
    return reaper
  },
})

/** What a test wants of each container: its exit codes, one for each of its runs. */
export type Codes = Readonly<Record<string, number | ReadonlyArray<number>>>

const codesOf = (lines: ReadonlyArray<StoppedLine>): Readonly<Record<string, ReadonlyArray<number>>> => {
  const codes: Record<string, ReadonlyArray<number>> = {}
  for (const { id, exitCode } of lines) codes[id] = [...(codes[id] ?? []), exitCode]
  return codes
}

/** Containers, and as many times as they have runs. */
const runsOf = (codes: Codes): ReadonlyArray<string> =>
  Object.entries(codes).flatMap(([id, wanted]) => (typeof wanted === 'number' ? [id] : wanted.map(() => id)))

const asLists = (codes: Codes): Readonly<Record<string, ReadonlyArray<number>>> =>
  Object.fromEntries(Object.entries(codes).map(([id, wanted]) => [id, typeof wanted === 'number' ? [wanted] : wanted]))

/** Waits until nothing is left of the namespace's tasks: no shim, no task, no bundle. Fails with what the daemon said of those that stay. */
export const nothingLeft = async ({ daemon, namespace, ctr }: Scene): Promise<void> => {
  const left = async (): Promise<ReadonlyArray<string>> => [
    ...shimsOf(daemon, namespace).map(({ id, pid }) => `the shim ${pid} of ${id}`),
    ...(await ctr.taskList()).map(({ id, status }) => `the task ${id}, ${status}`),
    ...bundlesOf(daemon).filter((bundle) => bundle.namespace === namespace).map(({ id }) => `the bundle of ${id}`),
  ]
  await waitFor(left, { what: `nothing to be left in ${namespace}`, until: (things) => things.length === 0 }).catch((error: unknown) => {
    const ids = shimsOf(daemon, namespace).map(({ id }) => id)
    const said = daemon.log(10_000).split('\n').filter((line) => ids.some((id) => line.includes(`/${id}`) || line.includes(`id=${id} `)))
    throw new Error([error instanceof Error ? error.message : String(error), ...said].join('\n'))
  })
}

/**
 * The end of every test: a container that comes last is reaped like the others, so that whatever was still on its way has come; the
 * program ends with 0; and of each container there is one line for each of its runs, with the true code, numbered without a gap.
 */
export const ends = async (
  t: Test,
  { ctr, namespace }: Scene,
  reaper: ReaperProcess,
  codes: Codes,
): Promise<ReadonlyArray<StoppedLine>> => {
  const all: Codes = { ...codes, 'the-last': 0 }
  await reaper.waitForStopped(runsOf(codes))
  await ctr.run('the-last', { command: 'exit 0' })
  await reaper.waitForStopped(runsOf(all))
  await waitFor(async () => (await ctr.taskList()).every(({ id }) => id !== 'the-last'), { what: 'the last task to go' })
  t.equal(await reaper.stop(), 0, 'SIGTERM ends it with 0')
  const lines = reaper.stopped()
  t.same(codesOf(lines.filter((line) => line.namespace === namespace)), asLists(all), 'each run is announced once, with its true code')
  t.same(lines.map(({ seq }) => seq), lines.map((_, place) => place + 1), 'numbered without a gap')
  t.equal(reaper.stderr(), '', 'nothing is left to say')
  return lines
}

/** Waits until the reaper knows of these exits: announced, or in handling. While containerd is away nothing more can come of them. */
export const known = (reaper: ReaperProcess, ids: ReadonlyArray<string>): Promise<unknown> =>
  waitFor(
    async () => {
      const knows = [...reaper.stopped(), ...(await reaper.status()).handling].map(({ id }) => id)
      return ids.filter((id) => !knows.includes(id))
    },
    { what: 'the exits to be known', until: (left) => left.length === 0 },
  )

/** Does `action` for all items, a few at a time: two cores start containers no faster than that. */
export const atOnce = async <A, B>(items: ReadonlyArray<A>, action: (item: A) => Promise<B>, width = 4): Promise<ReadonlyArray<B>> => {
  const results: Array<B> = []
  const left = items.map((item, place) => ({ item, place }))
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next.place] = await action(next.item)
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}

/** Waits for the state that `ctr task ls` shows of a container. */
export const waitForStatus = (ctr: Ctr, id: string, wanted: string): Promise<string> =>
  waitFor(async () => (await ctr.taskList()).find((task) => task.id === id)?.status ?? 'none', {
    what: `task ${id} to be ${wanted}`,
    until: (status) => status === wanted,
  })

/** The pid of a task that is there. */
export const pidOf = async (ctr: Ctr, id: string): Promise<number> => {
  const task = (await ctr.taskList()).find((one) => one.id === id)
  if (task === undefined) throw new Error(`Cannot tell the pid of ${id}: wanted a task, found none`)
  return task.pid
}

const median = (numbers: ReadonlyArray<number>): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** From the exit, as containerd tells it, to the line. */
const exitToLineMs = ({ time, exitedAt }: StoppedLine): number => new Date(time).getTime() - new Date(exitedAt).getTime()

export interface Figures {
  readonly handlingMs: number
  readonly exitToLineMs: number
  /** In words, with the longest of each, for whoever reads the output. */
  readonly text: string
}

/** How long it took: medians of handling and of the whole way from the exit to the line. */
export const figuresOf = (lines: ReadonlyArray<StoppedLine>): Figures => {
  const [handling, whole] = [lines.map(({ handlingMs }) => handlingMs), lines.map(exitToLineMs)]
  const said = (what: string, numbers: ReadonlyArray<number>): string => `${what} ${median(numbers)} ms, at most ${Math.max(...numbers)} ms`
  const text = `${lines.length} exits: ${said('handling', handling)}; ${said('exit to line', whole)}`
  return { handlingMs: median(handling), exitToLineMs: median(whole), text }
}
