/**
 * `containerd-reaper run`: reaps the namespaces it is given until it is told to stop.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Announcement, type Config, initial, policyOf, type State } from '../../core/index.ts'
import { systemClock } from '../clock.ts'
import { connect } from '../containerd/client.ts'
import { probe } from '../containerd/probe.ts'
import { serveControl } from '../control/socket.ts'
import { type Log, makeLog } from '../log.ts'
import { startReaper } from '../reaper.ts'
import { hostShims } from '../shim/shims.ts'
import { describeError } from '../errors.ts'
import { announcementFields } from './announcement_fields.ts'
import { makePrinter } from './printer.ts'
import { serveCri } from './run_cri.ts'
import { hostNri } from './run_nri.ts'
import { openRunStore } from './run_store.ts'
import { statusReport } from './status.ts'
import { openOutlet, type Streams } from './streams.ts'
import { programVersion } from './version.ts'

/** How long calls in flight may take to settle after a signal, ms. A Delete that hangs longer is cut off; the next start sees to it. */
const graceMs = 5_000

/** Runs until `stop` aborts; gives the exit code of the program. */
export const run = async (config: Config, { out, err, outlet = openOutlet }: Streams, stop: AbortSignal): Promise<number> => {
  const log = makeLog({ format: config.log, level: 'info', clock: systemClock, out: { write: out }, err: { write: err } })
  const containerd = connect({ address: config.address })
  try {
    const reached = await probe(config.address)({ signal: stop, clock: systemClock })()
    if (stop.aborted) return 0
    if (E.isLeft(reached)) {
      err(`${reached.left.message}\n`)
      return 1
    }
    // The state directory first: a second reaper on it must not have begun to delete when it is refused.
    let state = (): State => initial('')
    const control = await serveControl(config.stateDir, () => statusReport(process.pid, config.namespaces, state()))()
    if (E.isLeft(control)) {
      err(`${control.left.line}\n`)
      return 1
    }
    const cri = await serveCri(config, programVersion(), log)
    if (E.isLeft(cri)) {
      control.right.close()
      err(`${cri.left.line}\n`)
      return 1
    }
    const store = await openRunStore(config, log)
    if (E.isLeft(store)) {
      control.right.close()
      await cri.right.close()
      err(`${describeError(store.left)}\n`)
      return 1
    }
    const nri = await hostNri(config, programVersion(), log)
    if (E.isLeft(nri)) {
      control.right.close()
      await cri.right.close()
      await store.right.close()()
      err(`${nri.left.message}\n`)
      return 1
    }
    const printer = makePrinter({
      stateDir: config.stateDir,
      announcements: store.right.announcements,
      print: sayStopped(log, config.dryRun),
      outlet,
      log,
      clock: systemClock,
    })
    await printer.start()
    const started = await startReaper(cri.right.options(nri.right.options({
      containerd,
      shims: hostShims(config.address),
      store: store.right,
      namespaces: config.namespaces,
      selectors: config.selectors,
      policy: policyOf(config),
      limits: {
        loadTimeoutMs: config.policy.loadTimeoutMs,
        oomReadTimeoutMs: config.policy.oomReadTimeoutMs,
        drainTimeoutMs: config.policy.drainTimeoutMs,
        relistPeriodMs: config.policy.relistPeriodMs,
        jitter: config.policy.backoffJitter,
      },
      log,
      dryRun: config.dryRun,
      onAnnouncement: printer.add,
    })))()
    if (E.isLeft(started)) {
      control.right.close()
      await cri.right.close()
      await nri.right.close()
      await printer.close()
      err(`${describeError(started.left)}\n`)
      return 1
    }
    const reaper = started.right
    state = reaper.state
    log.info('reaping', { address: config.address, namespaces: config.namespaces, dryRun: config.dryRun, version: reached.right.version })
    await aborted(stop)
    log.info('stopping', { graceMs })
    control.right.close()
    await reaper.stop(graceMs)()
    await printer.close()
    await nri.right.close()
    await cri.right.close() // last: what stopped in the end is told too
    return 0
  } finally {
    containerd.close()
  }
}

/** The line that a finished handling leaves. */
const sayStopped = (log: Log, dryRun: boolean) => (announcement: Announcement): void =>
  log.result(announcement.type === 'CONTAINER_STOPPED' ? 'container stopped' : 'container updated', {
    ...announcementFields(announcement),
    ...(dryRun ? { dryRun } : {}),
  })

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
