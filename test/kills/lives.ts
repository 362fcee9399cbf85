/**
 * Many lives of one reaper, each ended by SIGKILL at a moment that is drawn from the seed, while containers exit in every way; then one
 * that lives until everything is settled. Its report holds what all of them told together.
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { storeIn } from '../../shell/cli/run_store.ts'
import { type Random, randomOf } from '../sim/random.ts'
import { signal } from '../support/containerd/processes.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { type ReaperProcess, spawnReaper, type StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'
import { drawMoment, inWords, type Kind, type Moment, type Span, type Watch, watchFor } from './moments.ts'
import { announcedIn, exitsKnown, rowsOnDisk, runsKnown } from './rows.ts'
import { figures, judge, type Verdict } from './verdict.ts'
import type { Batch, Exiting, KillWorld, Way } from './world.ts'

export interface KillsOptions {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
}

export interface KillsReport {
  readonly verdict: Verdict
  /** How many kills struck at each kind of moment, and how many found everything settled already. */
  readonly struck: Readonly<Partial<Record<Kind | 'at rest', number>>>
  readonly left: ReadonlyArray<string>
  readonly stderr: string
  readonly text: string
  readonly isClean: boolean
}

/** When a batch exits: while the reaper looks on, or before it is there. */
type Timing = 'while' | 'before'

// Waits that a matrix need not sit out; what they are for is tested where they are.
const flags = ['--backoff-first', '200ms', '--inferred-grace', '500ms']

interface Story {
  readonly world: KillWorld
  readonly proxy: Proxy
  readonly stateDir: string
  readonly all: Array<Exiting>
  readonly lines: Array<StoppedLine>
  /** Deleted by another client, with its end on no disk when the only one who had seen that was killed: nobody knows how it ended. */
  readonly unseen: Set<string>
  /** The same, and on no disk that it was. */
  readonly unheardOf: Set<string>
  readonly announced: Set<string>
  stderr: string
}

const spawnIn = ({ world, proxy, stateDir }: Story, watch: () => Watch | undefined): ReaperProcess =>
  spawnReaper({
    address: proxy.address,
    namespaces: [world.namespace],
    stateDir,
    flags,
    onLine: () => {
      watch()?.saw('line')
      watch()?.watchRows(join(storeIn(stateDir), 'rows'))
    },
  })

const connected = (reaper: ReaperProcess): Promise<unknown> =>
  waitFor(() => reaper.isOver() || reaper.lines().some(({ msg }) => msg === 'connected to containerd'), { what: 'it to be connected' })

/** Until it is dead, or has told of all; what it told, and what is on disk then. */
const settle = async (story: Story, reaper: ReaperProcess): Promise<void> => {
  const isTold = (id: string): boolean =>
    story.announced.has(id) || story.unheardOf.has(id) || reaper.stopped().some((line) => line.id === id)
  await waitFor(() => story.all.filter(({ id }) => !isTold(id)).map(({ id }) => id), {
    what: 'all exits to be told, or a kill',
    timeoutMs: 60_000,
    until: (missing) => reaper.isOver() || missing.length === 0,
  })
}

/** One life. Answers how many of each kind passed from the beginning of what is watched. */
const live = async (story: Story, batch: Batch, timing: Timing, moment: Moment | undefined): Promise<readonly [Span, boolean]> => {
  const { proxy, stateDir } = story
  story.all.push(...batch.exiting)
  if (timing === 'before') await batch.open()
  let pid = 0
  const begin = (): Watch => watchFor(proxy.onPassing, moment, () => signal(pid, 'SIGKILL'))
  let watch = timing === 'before' ? begin() : undefined
  const reaper = spawnIn(story, () => watch)
  pid = reaper.pid
  watch?.watchRows(join(storeIn(stateDir), 'rows'))
  let opened: Promise<unknown> = Promise.resolve()
  if (timing === 'while') {
    await connected(reaper)
    watch = begin()
    watch.watchRows(join(storeIn(stateDir), 'rows'))
    opened = batch.open()
  }
  try {
    await settle(story, reaper)
  } finally {
    watch?.stop()
    await reaper.kill9()
  }
  await opened
  story.lines.push(...reaper.stopped())
  story.stderr += reaper.stderr()
  const rows = await rowsOnDisk(stateDir)
  const [ended, known] = [exitsKnown(rows), runsKnown(rows)]
  for (const { id } of batch.exiting.filter(({ way }) => way === 'gone')) {
    if (!ended.has(id)) story.unseen.add(id)
    if (!known.has(id)) story.unheardOf.add(id)
  }
  for (const id of announcedIn(rows)) story.announced.add(id)
  return [watch?.counts() ?? { call: 0, answer: 0, row: 0, line: 0, event: 0 }, watch?.hasStruck() ?? false]
}

/** The last life: all that is owed, one more container, and an end in order. */
const end = async (story: Story, batch: Batch): Promise<void> => {
  story.all.push(...batch.exiting)
  const reaper = spawnIn(story, () => undefined)
  try {
    await connected(reaper)
    await batch.open()
    await settle(story, reaper)
    await waitFor(story.world.left, { what: 'nothing to be left', timeoutMs: 30_000, until: (left) => left.length === 0 }).catch(() =>
      undefined
    )
    const code = await reaper.stop()
    if (code !== 0) story.stderr += `the last life ended with ${String(code)}\n`
  } finally {
    await reaper.kill9()
  }
  story.lines.push(...reaper.stopped())
  story.stderr += reaper.stderr()
}

const codes = (random: Random) => (): number => random.int(0, 120)

/** Two lives without a moment, for their spans; then the kills; then the last life. */
export const killsOfUs = async (world: KillWorld, { seed, kills, say }: KillsOptions): Promise<KillsReport> => {
  const random = randomOf(seed)
  const proxy = await startProxy(join(world.folder, 'kills.sock'), world.address)
  const stateDir = mkdtempSync(join(world.folder, 'kills-'))
  const story: Story = {
    world,
    proxy,
    stateDir,
    all: [],
    lines: [],
    unseen: new Set(),
    unheardOf: new Set(),
    announced: new Set(),
    stderr: '',
  }
  const struck: Partial<Record<Kind | 'at rest', number>> = {}
  // A task that came, ended and was deleted by another while no reaper lived is none of ours.
  const waysOf: Readonly<Record<Timing, ReadonlyArray<Way>>> = { while: world.ways, before: world.ways.filter((way) => way !== 'gone') }
  const batch = (name: string, timing: Timing): Promise<Batch> => world.batch(name, waysOf[timing], codes(random.fork(name)))
  try {
    const [whole] = await live(story, await batch('k-while', 'while'), 'while', undefined)
    const [start] = await live(story, await batch('k-before', 'before'), 'before', undefined)
    const spans: Readonly<Record<Timing, Span>> = { while: whole, before: start }
    say(`seed ${seed}; of one batch pass: while it looks on ${JSON.stringify(whole)}, at its start ${JSON.stringify(start)}`)
    for (let kill = 1; kill <= kills; kill += 1) {
      const lot = random.fork(`kill ${kill}`)
      const timing = lot.pick<Timing>(['while', 'while', 'before'])
      const moment = drawMoment(lot, spans[timing], ['call', 'answer', 'row', 'line'])
      const before = story.announced.size
      const [, hit] = await live(story, await batch(`k${kill}`, timing), timing, moment)
      const at = hit ? moment.kind : 'at rest'
      struck[at] = (struck[at] ?? 0) + 1
      const told = story.announced.size - before
      say(
        `kill ${kill} of ${kills}: ${timing}, ${inWords(moment)}${hit ? '' : ' did not come'}; ${told} told, ${
          story.all.length - story.announced.size
        } owed`,
      )
    }
    await end(story, await world.batch('k-last', ['plain'], () => 0))
  } finally {
    await proxy.close()
  }
  const [left, rows] = [await world.left(), await rowsOnDisk(stateDir)]
  const verdict = judge(story.all, story.lines, rows, {
    isUnseen: (id) => story.unseen.has(id),
    isUnheardOf: (id) => story.unheardOf.has(id),
    isUncounted: () => false,
  })
  const text = `${kills} kills (${Object.entries(struck).map(([kind, n]) => `${kind} ${n}`).join(', ')}), ${figures(verdict)}; ` +
    `left over ${left.length}; seed ${seed}`
  const isClean = verdict.complaints.length === 0 && left.length === 0 && story.stderr === ''
  return { verdict, struck, left, stderr: story.stderr, text, isClean }
}
