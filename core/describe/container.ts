/** One line for a phase, a container, a sandbox, an image. @module */
import type { Handling, Oom, Phase } from '../container/phase.ts'
import type { Container, Image, Lookup, Sandbox } from '../state.ts'
import { describeExit, name, quoted } from './words.ts'

/** Where a run stands, such as `BackingOff until=1040 exit=3 failed=2 "shim unreachable" outstanding=Delete call=7`. */
export const describePhase = (phase: Phase): string => {
  switch (phase._tag) {
    case 'Running':
      return phase.watch === undefined ? 'Running unwatched' : `Running watch=${phase.watch}`
    case 'Recorded':
      return `Recorded waiting for ${phase.waitsFor} ${handling(phase.handling)}`
    case 'BackingOff': {
      const { until, outstanding } = phase
      const still = outstanding === undefined ? '' : ` outstanding=${outstanding.what} call=${outstanding.call}`
      return `BackingOff until=${until} ${handling(phase.handling)}${still}`
    }
    case 'Examining':
    case 'Loading':
    case 'Notifying':
    case 'Killing':
    case 'Draining':
    case 'Deleting':
    case 'Cleaning':
    case 'Recording':
      return `${phase._tag} call=${phase.call} ${handling(phase.handling)}`
    case 'Announced':
      return `Announced ${phase.doing.toLowerCase()} call=${phase.call} ${handling(phase.handling)}`
    case 'Exited':
      return `Exited ${describeExit(phase.exit)}${phase.seq === undefined ? '' : ` seq=${phase.seq}`}`
  }
}

const handling = ({ exit, failures, lastError }: Handling): string =>
  [
    describeExit(exit),
    ...(failures === 0 ? [] : [`failed=${failures}`]),
    ...(lastError === undefined ? [] : [quoted(lastError)]),
  ].join(' ')

/**
 * A container with all its runs, oldest first: `ci/web-1 known, run 1 pid=42: Deleting call=3 exit=3`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { containerKey, describeContainer, noMetadata } from 'containerd-reaper/core'
 *
 * const line = describeContainer({
 *   key: containerKey('ci', 'web-1'), namespace: 'ci', id: 'web-1', lastCall: 0, lastGeneration: 0, runs: [], closed: [],
 *   lookup: { _tag: 'Deleted', metadata: noMetadata }, probe: undefined,
 * })
 * assert.equal(line, 'ci/web-1 deleted, no run')
 * ```
 */
export const describeContainer = ({ key, lookup, runs }: Container): string => {
  const lives = runs.map(({ id, oom, phase }) => `run ${id.generation} pid=${id.pid}${oomed(oom)}: ${describePhase(phase)}`)
  return [`${name(key)} ${describeLookup(lookup)}`, ...(lives.length === 0 ? ['no run'] : lives)].join(', ')
}

const oomed = ({ _tag }: Oom): string => (_tag === 'None' ? '' : ' OOMKilled')

const describeLookup = (lookup: Lookup): string => {
  switch (lookup._tag) {
    case 'Asked':
      return `asked call=${lookup.call}`
    case 'AskLater':
      return `asked again later call=${lookup.call} failed=${lookup.failures}`
    case 'Known':
      return 'known'
    case 'NotOurs':
      return 'not ours'
    case 'Deleted':
      return 'deleted'
  }
}

export const describeSandbox = ({ key, phase }: Sandbox): string => {
  switch (phase._tag) {
    case 'Ready':
      return `sandbox ${name(key)} Ready ${phase.watch === undefined ? 'unwatched' : `watch=${phase.watch}`}`
    case 'Recording':
    case 'BackingOff': {
      const failed = phase.failures === 0 ? '' : ` failed=${phase.failures}`
      return `sandbox ${name(key)} ${phase._tag} call=${phase.call} ${describeExit(phase.exit)}${failed}`
    }
    case 'NotReady':
      return `sandbox ${name(key)} NotReady ${describeExit(phase.exit)} seq=${phase.seq}`
  }
}

export const describeImage = ({ key, digest, work }: Image): string => {
  const known = `image ${name(key)} digest=${digest === undefined ? 'unknown' : name(digest)}`
  switch (work._tag) {
    case 'Idle':
      return known
    case 'Reading':
      return `${known} Reading call=${work.call}${work.again ? ' and again' : ''}`
    case 'BackingOff':
      return `${known} BackingOff call=${work.call} failed=${work.failures} ${quoted(work.lastError)}`
  }
}
