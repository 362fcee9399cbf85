/**
 * Many deaths of containerd beside one reaper: containers exit just before it is killed, at the moment that is drawn, while it is dead,
 * and as soon as it is back. The reaper lives through all of them and must tell of each exit once, with its true code.
 */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeIn } from '../../shell/cli/run_store.ts'
import { randomOf } from '../sim/random.ts'
import { cleanedAtStart, type Containerd, startContainerd } from '../support/containerd/index.ts'
import { signal } from '../support/containerd/processes.ts'
import { type ReaperProcess, startReaper } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'
import type { KillsOptions, KillsReport } from './lives.ts'
import { drawMoment, inWords, type Kind, type Moment, type Span, type Watch, watchFor } from './moments.ts'
import { realWorld } from './real_world.ts'
import { rowsOnDisk } from './rows.ts'
import { figures, judge } from './verdict.ts'
import { type Witness, witness } from './witness.ts'
import type { Batch, Exiting, KillWorld, Way } from './world.ts'

/** When containers exit, and how: `gone` is left out, for who deletes beside us needs containerd for it. */
const phases = {
  before: ['plain', 'back-off', 'pause', 'oom'],
  meanwhile: ['plain', 'pause', 'oom'],
  after: ['plain', 'back-off'],
} as const satisfies Readonly<Record<string, ReadonlyArray<Way>>>

type Batches = Readonly<Record<keyof typeof phases, Batch>>

interface Scene {
  readonly daemon: Containerd
  readonly world: KillWorld
  readonly reaper: ReaperProcess
  readonly all: Array<Exiting>
  readonly beside: Witness
  watch: Watch | undefined
}

const settled = async ({ all, reaper }: Scene): Promise<void> => {
  await waitFor(() => all.filter(({ id }) => !reaper.stopped().some((line) => line.id === id)).map(({ id }) => id), {
    what: 'all exits to be told',
    timeoutMs: 60_000,
    until: (missing) => missing.length === 0,
  }).catch(() => undefined) // what is missing is told by the verdict
}

const started = async ({ world, all }: Scene, name: string, code: () => number): Promise<Batches> => {
  const start = (phase: keyof typeof phases): Promise<Batch> => world.batch(`${name}-${phase}`, phases[phase], code)
  const batches = { before: await start('before'), meanwhile: await start('meanwhile'), after: await start('after') }
  for (const { exiting } of Object.values(batches)) all.push(...exiting)
  return batches
}

/** One death. Answers how many of each kind passed until all were told, and whether the moment came. */
const die = async (scene: Scene, { before, meanwhile, after }: Batches, moment: Moment, outageMs: number): Promise<boolean> => {
  const { daemon, reaper, beside } = scene
  const watch = watchFor(beside.onEvent, moment, () => signal(daemon.pid, 'SIGKILL'))
  watch.watchRows(join(storeIn(reaper.stateDir), 'rows'))
  scene.watch = watch
  await before.open()
  await waitFor(() => watch.hasStruck() || before.exiting.every(({ id }) => reaper.stopped().some((line) => line.id === id)), {
    what: 'the moment to come, or all to be told',
    timeoutMs: 60_000,
  })
  await daemon.kill9()
  watch.stop()
  await meanwhile.open()
  await sleep(outageMs)
  await daemon.restart()
  await after.open()
  await settled(scene)
  return watch.hasStruck()
}

/** What passes while a batch is handled and nobody dies. */
const spanOf = async (scene: Scene, batch: Batch): Promise<Span> => {
  const { beside, reaper, all } = scene
  const watch = watchFor(beside.onEvent, undefined, () => undefined)
  scene.watch = watch
  watch.watchRows(join(storeIn(reaper.stateDir), 'rows'))
  all.push(...batch.exiting)
  await batch.open()
  await settled(scene)
  watch.stop()
  return watch.counts()
}

/** Of whatever is not as it should be: what containerd and the reaper said about it. */
const sayWhy = ({ daemon, reaper, all }: Scene, { verdict, left }: KillsReport): void => {
  const wrong = [...verdict.complaints, ...left].join(' ')
  const ids = all.map(({ id }) => id).filter((id) => wrong.includes(id))
  for (const line of daemon.log(1e6).split('\n')) if (ids.some((id) => line.includes(id))) console.log(line)
  for (const line of reaper.lines()) if (line['id'] === undefined || ids.some((id) => line['id'] === id)) console.log(JSON.stringify(line))
}

const inScene = async (use: (scene: Scene) => Promise<KillsReport>): Promise<KillsReport> => {
  const daemon = await startContainerd()
  try {
    const world = realWorld(daemon, 'kills')
    const beside = witness(daemon.address, world.namespace)
    let scene: Scene | undefined
    const reaper = await startReaper({
      address: daemon.address,
      namespaces: [world.namespace],
      stateDir: mkdtempSync(join(daemon.dir, 'kills-')),
      flags: ['--backoff-first', '200ms'],
      onLine: () => scene?.watch?.saw('line'),
    })
    try {
      scene = { daemon, world, reaper, all: [], beside, watch: undefined }
      const report = await use(scene)
      if (!report.isClean) sayWhy(scene, report)
      return report
    } finally {
      await reaper.kill9()
      await beside.stop()
    }
  } finally {
    await daemon.stop()
  }
}

export interface OutageOptions extends KillsOptions {
  /** Some outages last until shims have tried again to tell what they have to tell. */
  readonly longOutages: boolean
}

/**
 * A shim whose container has exited while containerd was dead is removed by newer versions at their start; where that fails, as when
 * `runc delete` does, they forget it all the same, and nothing that speaks to containerd can remove it.
 */
const forgotten = (daemon: Containerd, left: string): boolean => cleanedAtStart(daemon, left.split(' ').at(-1) ?? '')

export const killsOfContainerd = ({ seed, kills, say, longOutages }: OutageOptions): Promise<KillsReport> =>
  inScene(async (scene) => {
    const { daemon, world, reaper, all } = scene
    const random = randomOf(seed)
    const struck: Partial<Record<Kind | 'at rest', number>> = {}
    const span = await spanOf(scene, await world.batch('first', phases.before, () => 1))
    say(`seed ${seed}; of one batch pass ${JSON.stringify(span)}`)
    for (let kill = 1; kill <= kills; kill += 1) {
      const lot = random.fork(`kill ${kill}`)
      const moment = drawMoment(lot, span, ['event', 'row', 'line'])
      const outageMs = lot.pick<number>(longOutages ? [0, 1_500, 4_000] : [0])
      const batches = await started(scene, `k${kill}`, () => lot.int(0, 120))
      const hit = await die(scene, batches, moment, outageMs)
      const at = hit ? moment.kind : 'at rest'
      struck[at] = (struck[at] ?? 0) + 1
      const missing = all.filter(({ id }) => !reaper.stopped().some((line) => line.id === id)).map(({ id }) => id)
      say(
        `kill ${kill} of ${kills}: ${inWords(moment)}${hit ? '' : ' did not come'}, away for ${outageMs} ms more${
          missing.length === 0 ? '' : `; missing ${missing.join(', ')}`
        }`,
      )
    }
    const last = await world.batch('last', ['plain'], () => 0)
    all.push(...last.exiting)
    await last.open()
    await settled(scene)
    const leftToUs = async (): Promise<ReadonlyArray<string>> => (await world.left()).filter((thing) => !forgotten(daemon, thing))
    await waitFor(leftToUs, { what: 'nothing to be left', timeoutMs: 30_000, until: (found) => found.length === 0 }).catch(() => undefined)
    const left = await leftToUs()
    const theirs = (await world.left()).length - left.length
    const code = await reaper.stop()
    const stderr = `${reaper.stderr()}${code === 0 ? '' : `it ended with ${String(code)}`}`
    await scene.beside.stop()
    const unheard = new Set(all.filter((one) => !scene.beside.heard(one)).map(({ id }) => id))
    const ooms = new Set(all.filter(({ way }) => way === 'oom').map(({ id }) => id))
    const verdict = judge(all, reaper.stopped(), await rowsOnDisk(reaper.stateDir), {
      isUnseen: (id) => unheard.has(id),
      isUnheardOf: () => false,
      isUncounted: (id) => ooms.has(id), // while containerd is away nobody is asked
    })
    const text = `${kills} kills of containerd (${
      Object.entries(struck).map(([kind, n]) => `${kind} ${n}`).join(', ')
    }), ${figures(verdict)}; ` +
      `left over ${left.length}, forgotten by containerd itself ${theirs}; seed ${seed}`
    return { verdict, struck, left, stderr, text, isClean: verdict.complaints.length === 0 && left.length === 0 && stderr === '' }
  })
