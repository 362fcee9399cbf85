/** What the machine knows of a container's runs, as words. */
import { shownReason } from '../../core/announcement.ts'
import type { Run } from '../../core/container/phase.ts'
import type { Exit } from '../../core/exit.ts'
import type { ContainerKey } from '../../core/ids.ts'
import type { State } from '../../core/state.ts'
import { lookup } from '../../core/table.ts'

/** The exit that anybody who asks is shown: none while it is still being found out. */
const shownExit = ({ phase }: Run): Exit | undefined => {
  switch (phase._tag) {
    case 'Running':
    case 'Examining':
      return undefined
    case 'Exited':
      return phase.exit
    default:
      return phase.handling.exit
  }
}

/** `RUNNING 42`, `RUNNING 42 OOMKilled`, `EXITED 0 @7 Completed`; `ABSENT` when nothing has run. */
export const statusWord = (state: State, key: ContainerKey): string => {
  const run = lookup(key, state.containers)?.runs.at(-1)
  if (run === undefined) return 'ABSENT'
  const exit = shownExit(run)
  const isOom = run.oom._tag !== 'None'
  if (exit === undefined) return `RUNNING ${run.id.pid}${isOom ? ' OOMKilled' : ''}`
  return `EXITED ${exit.code} @${exit.at} ${shownReason(exit, isOom)}`
}

/** Phases of the runs, oldest first. */
export const phaseWord = (state: State, key: ContainerKey): string =>
  (lookup(key, state.containers)?.runs ?? []).map(({ phase }) => {
    switch (phase._tag) {
      case 'Recorded':
        return `Recorded (${phase.waitsFor})`
      case 'Announced':
        return `Announced (${phase.doing})`
      case 'BackingOff':
        return phase.outstanding === undefined ? 'BackingOff' : `BackingOff (${phase.outstanding.what})`
      default:
        return phase._tag
    }
  }).join(', ')
