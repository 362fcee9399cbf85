/** A vector as a row of a table: what is told, what the machine asks for, what is known afterwards, and what comes later by itself. */
import assert from 'node:assert/strict'
import type { ReaperEvent } from '../../core/event.ts'
import { conversation, type Options } from './conversation.ts'
import type { Vector } from './property.ts'

export interface Row extends Options {
  readonly name: string
  readonly tell: ReaperEvent | ReadonlyArray<ReaperEvent>
  /** Effects asked for until all is quiet, in the vectors' shorthand. */
  readonly said: string
  readonly status: string
  /** Effects asked for when all timers have fired. */
  readonly later?: string
  /** STOPPED or other announcements that listeners have been told in the end: `STOPPED 137 OOMKilled`. */
  readonly told?: string
}

export const rowVector = ({ name, tell, said, status, later, told, ...options }: Row): Vector => ({
  name,
  run: () => {
    const talk = conversation(options)
    assert.equal(talk.tell(...('_tag' in tell ? [tell] : tell)), said)
    assert.equal(talk.status(), status)
    if (later !== undefined) assert.equal(talk.finish(), later)
    if (told === undefined) return
    assert.equal(
      talk.told().map(({ type, exitCode, reason }) => `${type.replace('CONTAINER_', '')} ${exitCode} ${reason}`).join(', '),
      told,
    )
  },
})
