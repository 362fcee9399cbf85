/** One line for an event. @module */
import type { ReaperEvent } from '../event.ts'
import { parts } from '../ids.ts'
import { count, describeEnd, describeFailure, describeOwner, describeTask, name } from './words.ts'

/**
 * An event as one readable line. When it came is left out: whoever prints events knows, and prints it first.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { callId, containerKey, describeEvent, millis } from 'containerd-reaper/core'
 *
 * const container = containerKey('ci', 'web-1')
 * assert.equal(
 *   describeEvent({ _tag: 'DeleteSettled', container, call: callId(3), outcome: { _tag: 'NotFound' }, at: millis(0) }),
 *   'DeleteSettled ci/web-1 call=3 NotFound',
 * )
 * ```
 */
export const describeEvent = (event: ReaperEvent): string => {
  switch (event._tag) {
    case 'TaskExited': {
      const [, id] = parts(event.container)
      const exec = event.processId === id ? '' : ` process=${name(event.processId)}`
      return `TaskExited ${name(event.container)}${exec} pid=${event.pid} ${describeEnd({ code: event.code, at: event.exitedAt })}`
    }
    case 'TaskDeleted':
      return `TaskDeleted ${name(event.container)} pid=${event.pid} ${describeEnd({ code: event.code, at: event.exitedAt })}`
    case 'TaskCreated':
    case 'TaskStarted':
      return `${event._tag} ${name(event.container)} pid=${event.pid}`
    case 'TaskOomed':
    case 'ContainerChanged':
    case 'ContainerDeleted':
      return `${event._tag} ${name(event.container)}`
    case 'SandboxStarted':
      return `SandboxStarted ${name(event.sandbox)}`
    case 'SandboxExited':
      return `SandboxExited ${name(event.sandbox)} ${describeEnd({ code: event.code, at: event.exitedAt })}`
    case 'ImageChanged':
      return `ImageChanged ${name(event.image)} ${event.change}`
    case 'Relisted': {
      const sandboxes = event.sandboxes === undefined ? 'no sandbox store' : count(event.sandboxes.length, 'sandbox', 'sandboxes')
      return `Relisted ${name(event.namespace)} ${count(event.containers.length, 'container')}, ${
        count(event.tasks.length, 'task')
      }, ${sandboxes}`
    }
    case 'TimerFired':
      return `TimerFired ${describeOwner(event.owner)} call=${event.call}`
    case 'PersistSettled':
      return `PersistSettled ${describeOwner(event.owner)} call=${event.call} ${outcome(event.outcome)}`
    case 'SandboxWatchSettled':
      return `SandboxWatchSettled ${name(event.sandbox)} call=${event.call} ${outcome(event.outcome)}`
    case 'ImageSettled':
      return `ImageSettled ${name(event.image)} call=${event.call} ${outcome(event.outcome)}`
    case 'ContainerSettled':
    case 'LoadSettled':
    case 'WatchSettled':
    case 'OomKillsSettled':
    case 'NriSettled':
    case 'KillSettled':
    case 'DrainSettled':
    case 'DeleteSettled':
    case 'CleanUpSettled':
      return `${event._tag} ${name(event.container)} call=${event.call} ${outcome(event.outcome)}`
  }
}

type Outcome = Extract<ReaperEvent, { readonly outcome: unknown }>['outcome']

const outcome = (found: Outcome): string => {
  switch (found._tag) {
    case 'Failed':
      return describeFailure(found)
    case 'Created':
    case 'Running':
    case 'Paused':
    case 'Stopped':
    case 'Unclear':
      return describeTask(found)
    case 'Exited':
      return `Exited${'pid' in found ? ` pid=${found.pid}` : ''} ${describeEnd({ code: found.code, at: found.exitedAt })}`
    case 'Deleted':
      return `Deleted ${describeEnd({ code: found.code, at: found.exitedAt })}`
    case 'Counted':
      return `Counted kills=${found.kills.toString()}`
    case 'Found':
      return 'digest' in found ? `Found digest=${name(found.digest)}` : 'Found'
    case 'Durable':
    case 'NotOurs':
    case 'NotFound':
    case 'Delivered':
    case 'NoneListening':
    case 'Gone':
    case 'Drained':
    case 'CleanedUp':
      return found._tag
  }
}
