/** Carries one effect out and gives what it answered. */
import * as E from 'fp-ts/lib/Either.js'
import {
  type CallId,
  callId,
  type ContainerKey,
  containerKey,
  type Effect,
  type Millis,
  millis,
  type ReaperEvent,
  type RunId,
} from '../../core/index.ts'
import { interpret } from '../../shell/interpret/interpret.ts'
import type { TestEnv } from './shell_env.ts'

export const web: ContainerKey = containerKey('ci', 'web')
export const call: CallId = callId(7)
export const run: RunId = { namespace: 'ci', id: 'web', pid: 42, generation: 1 }

/** The events that answer `effect`; undefined when it was given up. */
export const answered = async (effect: Effect, env: TestEnv): Promise<ReadonlyArray<ReaperEvent> | undefined> => {
  const result = await interpret(effect)(env)()
  return E.isRight(result) ? result.right : undefined
}

export const atStart = (env: TestEnv): Millis => millis(env.clock.now())
