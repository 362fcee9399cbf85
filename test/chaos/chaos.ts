/**
 * Everything at once on a real containerd: containers churn under ids that are used again, deletes hang, shims stand still and die, the
 * connection is cut, containerd and the program are killed, listeners come and go, and an NRI plugin attends. Before it, the same churn
 * without any of that, to compare with.
 */
import { join } from 'node:path'
import type { ReaperRecord } from '../../core/index.ts'
import { rowsOnDisk } from '../kills/rows.ts'
import { figures, judge, type Verdict } from '../kills/verdict.ts'
import { type Witness, witness } from '../kills/witness.ts'
import { reasonFor } from '../kills/world.ts'
import { realWorld } from '../kills/real_world.ts'
import { type Random, randomOf } from '../sim/random.ts'
import { type Containerd, ctrFor, slowRunc, startContainerd } from '../support/containerd/index.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import type { StoppedLine } from '../support/reaper.ts'
import { waitFor } from '../support/wait_for.ts'
import { churn, type ChurnOptions, type Ended, type How } from './churn.ts'
import { listen, type Listeners } from './listeners.ts'
import { type Life, type Lives, lives, nameOf } from './lives.ts'
import { attend, type Plugin } from './plugin.ts'
import { turnstile } from './turnstile.ts'

export interface ChaosOptions {
  readonly seed: number
  /** Runs in the quiet part, and in the loud one. */
  readonly quiet: number
  readonly runs: number
  /** How often each fault strikes. */
  readonly killsOfUs: number
  readonly killsOfContainerd: number
  readonly cuts: number
  readonly hangSeconds: number
  readonly say: (line: string) => void
}

export interface ChaosReport {
  readonly verdict: Verdict
  /** What listeners and the plugin were not told, or too often, in words. */
  readonly unheard: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
  readonly stderr: string
  /** Median of exit to line of ordinary containers, with faults over without. */
  readonly slowdown: number
  /** From the end of a hung delete to the line, the longest, ms. */
  readonly afterHangMs: number
  readonly text: string
  readonly isClean: boolean
}

const everyWay: readonly [How, ...ReadonlyArray<How>] = [
  ...['plain', 'killed', 'hangs', 'shot', 'stopped', 'beside'] as const,
  ...['plain', 'plain', 'plain', 'killed'] as const,
]

interface Stage {
  readonly daemon: Containerd
  readonly proxy: Proxy
  readonly lives: Lives
  readonly listeners: Listeners
  readonly plugin: Plugin
  readonly witness: Witness
  readonly churning: ChurnOptions
}

const namespace = 'chaos'

/** Strikes after so many lines as the seed says, one fault after the other; what is left when the churn is over is left out. */
const strike = async (stage: Stage, random: Random, options: ChaosOptions, isOver: () => boolean): Promise<string> => {
  const { lives: program, daemon, proxy, listeners, churning } = stage
  const began = program.lines().length
  const faults = [
    ...Array.from({ length: options.killsOfUs }, () => 'us' as const),
    ...Array.from({ length: options.killsOfContainerd }, () => 'containerd' as const),
    ...Array.from({ length: options.cuts }, () => 'cut' as const),
  ].map((fault) => ({ fault, after: random.int(1, Math.floor(options.runs * 0.8)) })).sort((a, b) => a.after - b.after)
  const struck = { us: 0, containerd: 0, cut: 0 }
  for (const { fault, after } of faults) {
    await waitFor(() => isOver() || program.lines().length >= began + after, {
      what: 'lines before the next fault',
      timeoutMs: 600_000,
      everyMs: 10,
    })
    struck[fault] += 1
    if (fault === 'cut') await churning.connectionStays.close(async () => proxy.cut())
    if (fault === 'us') {
      await churning.programStays.close(async () => {
        await program.kill()
        await program.begin()
        listeners.stall()
      })
    }
    if (fault === 'containerd') {
      await churning.containerdStays.close(async () => {
        await daemon.kill9()
        await daemon.restart()
      })
    }
  }
  return `kills of the program ${struck.us}, of containerd ${struck.containerd}, cuts ${struck.cut}`
}

const median = (numbers: ReadonlyArray<number>): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const exitToLineMs = ({ time, exitedAt }: StoppedLine): number => new Date(time).getTime() - new Date(exitedAt).getTime()
const ordinary = (ended: ReadonlyArray<Ended>): ReadonlyArray<number> =>
  ended.filter(({ how }) => how === 'plain' || how === 'killed').flatMap(({ line }) => (line === undefined ? [] : [exitToLineMs(line)]))

/** Ids are used again, so that a run goes by its id and its pid. */
const renamed = <A extends { readonly id: string; readonly pid: number }>(run: A): A => ({ ...run, id: nameOf(run.id, run.pid) })
const renamedRow = (row: ReaperRecord): ReaperRecord => (row._tag === 'Announcement' ? { ...row, run: renamed(row.run) } : row)

const judged = async ({ lives: program, witness: beside }: Stage, ended: ReadonlyArray<Ended>): Promise<Verdict> => {
  const names = new Map(ended.map((run) => [nameOf(run.id, run.pid), run]))
  const exiting = ended.map(({ id, pid, code }) => ({
    id: nameOf(id, pid),
    pid,
    code,
    way: 'plain' as const,
    reason: reasonFor('plain', code),
  }))
  const rows = await rowsOnDisk(program.stateDir)
  const seen = new Set(rows.flatMap((row) => (row._tag === 'RunRecord' ? [nameOf(row.run.id, row.run.pid)] : [])))
  return judge(exiting, program.lines().map(renamed), rows.map(renamedRow), {
    isUnseen: (name) => {
      const run = names.get(name)
      return run !== undefined && (run.how === 'shot' || !beside.heard(run))
    },
    // Not seen in the life of the connection that was cut, nor listed before containerd died; the witness, whom nobody cuts, may have heard.
    isUnheardOf: (name) => names.get(name)?.line === undefined && !seen.has(name),
    isUncounted: () => false,
  })
}

/** What a listener that comes back must have been told, in words where it was not. */
const missedBy = ({ byCursor, byPlace }: Listeners, lines: ReadonlyArray<StoppedLine>): ReadonlyArray<string> => {
  const [numbers, runs] = [new Set(byCursor()), new Map<string, number>()]
  for (const place of byPlace()) runs.set(place.split(' ')[0] ?? '', (runs.get(place.split(' ')[0] ?? '') ?? 0) + 1)
  const unnumbered = [...new Set(lines.map(({ seq }) => seq))].filter((seq) => !numbers.has(seq))
  const ids = [...new Set(lines.map(({ id }) => id))]
  const tooFew = ids.filter((id) => (runs.get(id) ?? 0) < new Set(lines.filter((line) => line.id === id).map(({ pid }) => pid)).size)
  return [
    ...unnumbered.map((seq) => `the listener with a cursor was not told of number ${seq}`),
    ...tooFew.map((id) => `the listener without a cursor was told of ${runs.get(id) ?? 0} runs of ${id}, too few`),
  ]
}

/** Told once per run: again only if the program was killed while the run was in its hands, and not at all only if the plugin was not there. */
const toldWrongly = ({ plugin, lives: program }: Stage, ended: ReadonlyArray<Ended>): ReadonlyArray<string> => {
  const attended = ({ from, to }: Life): readonly [number, number] => [plugin.joined().find((at) => at >= from) ?? Infinity, to]
  return ended.flatMap((run) => {
    const next = Math.min(
      Infinity,
      ...ended.filter((other) => other.id === run.id && other.startedAt > run.startedAt).map((other) => other.startedAt),
    )
    const told = plugin.stops().filter(({ id, at }) => id === run.id && at >= run.startedAt && at < next).length
    if (run.line === undefined) return []
    const toldAt = new Date(run.line.time).getTime()
    const quietly = program.all.some((life) => attended(life)[0] <= run.endedAt && toldAt <= life.to)
    const kills = program.all.filter(({ to }) => to >= run.endedAt && to <= toldAt).length
    if (quietly ? told === 1 : told <= 1 + kills) return []
    return [
      `the plugin was told ${told} times of ${nameOf(run.id, run.pid)} (${run.how}), ${
        quietly ? 'which one life saw' : `over ${kills} kills`
      }`,
    ]
  })
}

const onStage = async (options: ChaosOptions, use: (stage: Stage) => Promise<ChaosReport>): Promise<ChaosReport> => {
  const daemon = await startContainerd()
  const [cri, nri] = [join(daemon.dir, 'cri.sock'), join(daemon.dir, 'nri.sock')]
  const proxy = await startProxy(join(daemon.dir, 'chaos.sock'), daemon.address)
  const program = lives({
    dir: daemon.dir,
    address: proxy.address,
    namespace,
    flags: ['--cri-socket', cri, '--nri-socket', nri, '--backoff-first', '200ms', '--load-timeout', '1s'],
  })
  const beside = witness(daemon.address, namespace)
  const plugin = attend(nri)
  let listeners: Listeners | undefined
  try {
    await program.begin()
    listeners = await listen(cri, randomOf(options.seed).fork('listeners'))
    listeners.stall()
    const churning: ChurnOptions = {
      daemon,
      ctr: ctrFor(daemon, namespace),
      runc: slowRunc(daemon.dir),
      lives: program,
      containerdStays: turnstile(),
      programStays: turnstile(),
      connectionStays: turnstile(),
      hangSeconds: options.hangSeconds,
    }
    const stage = { daemon, proxy, lives: program, listeners, plugin, witness: beside, churning }
    return await use(stage).catch(async (error: unknown) => {
      await sayWhy(stage, String(error))
      const last = program.all.at(-1)?.reaper
      console.log(JSON.stringify(await last?.status().catch(String)), JSON.stringify(last?.lines().at(-1)))
      throw error
    })
  } finally {
    await listeners?.stop()
    await plugin.stop()
    await program.kill()
    await beside.stop()
    await proxy.close()
    await daemon.stop()
  }
}

export const chaos = (options: ChaosOptions): Promise<ChaosReport> =>
  onStage(options, async (stage) => {
    const { daemon, lives: program, listeners, churning } = stage
    const random = randomOf(options.seed)
    const quiet = await churn(churning, random.fork('quiet'), { name: 'q', runs: options.quiet, width: 4, ways: ['plain', 'killed'] })
    options.say(`quiet: ${quiet.length} runs, exit to line ${median(ordinary(quiet))} ms`)
    let isOver = false
    const striking = strike(stage, random.fork('faults'), options, () => isOver)
    const loud = await churn(churning, random.fork('loud'), { name: 'c', runs: options.runs, width: 6, ways: everyWay }).finally(() =>
      isOver = true
    )
    const struck = await striking
    const last = await churn(churning, random.fork('last'), { name: 'z', runs: 1, width: 1, ways: ['plain'] })
    const ended = [...quiet, ...loud, ...last]
    const told = program.lines()
    await waitFor(() => missedBy(listeners, told), { what: 'listeners to be told', until: (missed) => missed.length === 0 }).catch(() =>
      undefined
    )
    const world = realWorld(daemon, namespace)
    await waitFor(world.left, { what: 'nothing to be left', timeoutMs: 30_000, until: (found) => found.length === 0 }).catch(() =>
      undefined
    )
    const left = await world.left()
    const code = await program.end()
    const stderr = program.all.map(({ reaper }) => reaper.stderr()).join('') + (code === 0 ? '' : `it ended with ${String(code)}`)
    const verdict = await judged(stage, ended)
    const unheard = [...missedBy(listeners, told), ...toldWrongly(stage, ended)]
    const slowdown = median(ordinary(loud)) / Math.max(1, median(ordinary(quiet)))
    const hung = loud.filter(({ how }) => how === 'hangs')
    const afterHangMs = Math.max(
      0,
      ...hung.flatMap(({ line }) => (line === undefined ? [] : [exitToLineMs(line) - options.hangSeconds * 1_000])),
    )
    const text =
      `${loud.length} runs (${struck}), ${
        figures(verdict)
      }; listeners and plugin missed or were told too often ${unheard.length}; left over ` +
      `${left.length}; ordinary containers took ${
        slowdown.toFixed(2)
      } of what they take without faults; ${hung.length} deletes that hang ` +
      `${options.hangSeconds} s were announced at most ${afterHangMs} ms after them; seed ${options.seed}`
    const isClean = verdict.complaints.length === 0 && unheard.length === 0 && left.length === 0 && stderr === ''
    if (!isClean) await sayWhy(stage, [...verdict.complaints, ...unheard, ...left].join(' '))
    return { verdict, unheard, left, stderr, slowdown, afterHangMs, text, isClean }
  })

/** Of whatever is not as it should be: what containerd and the program said about it, and what was written down. */
const sayWhy = async ({ daemon, lives: program }: Stage, wrong: string): Promise<void> => {
  const isMeant = (id: unknown): boolean => typeof id === 'string' && new RegExp(`\\b${id}\\b`).test(wrong)
  for (const line of daemon.log(1e6).split('\n')) if (isMeant(/\bid=(\S+)/.exec(line)?.[1])) console.log(line)
  for (const { reaper } of program.all) {
    console.log(`--- the life of ${reaper.pid}`)
    for (const line of reaper.lines()) if (line['id'] === undefined || isMeant(line['id'])) console.log(JSON.stringify(line))
  }
  const asText = (_: string, value: unknown): unknown => typeof value === 'bigint' ? String(value) : value
  for (const row of await rowsOnDisk(program.stateDir)) if ('run' in row && isMeant(row.run.id)) console.log(JSON.stringify(row, asText))
}
