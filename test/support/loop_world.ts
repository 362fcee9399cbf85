/** A loop at work in a test's world, with everything that went through it. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import {
  containerKey,
  defaultPolicy,
  type Effect,
  initial,
  millis,
  nanos,
  type ReaperEvent,
  type ReaperRecord,
  type Relisted,
  type TaskExited,
} from '../../core/index.ts'
import { type Loop, makeLoop } from '../../shell/loop.ts'
import { type Mailbox, mailbox } from '../../shell/mailbox.ts'
import { Process, Status } from '../../shell/proto/gen/containerd/task.ts'
import { type TestEnv, testEnv } from './shell_env.ts'
import { settle } from './virtual_clock.ts'

const at = millis(1_700_000_000_000)

/** A listing of containers that run, each with a pid of its own, from 42 on. */
export const relisted = (ids: ReadonlyArray<string>): Relisted => ({
  _tag: 'Relisted',
  namespace: 'ci',
  containers: ids.map((id) => ({ id, metadata: { sandboxId: undefined, kind: 'container', ownPidNamespace: true } })),
  tasks: ids.map((id, index) => ({ id, task: { _tag: 'Running', pid: 42 + index } })),
  sandboxes: undefined,
  at,
})

/** The exit of a container, with code 3 and no pid unless told. */
export const exitOf = (id: string, pid = 0): TaskExited => ({
  _tag: 'TaskExited',
  container: containerKey('ci', id),
  processId: id,
  pid: id === 'web' && pid === 0 ? 42 : id === 'web-2' && pid === 0 ? 43 : pid,
  code: 3,
  exitedAt: nanos(1_700_000_000_000_000_001n),
  at,
})

export interface LoopWorld {
  readonly env: TestEnv
  readonly box: Mailbox<ReaperEvent>
  readonly loop: Loop
  readonly traced: ReadonlyArray<{ readonly event: ReaperEvent; readonly effects: ReadonlyArray<Effect> }>
  readonly records: () => Promise<ReadonlyArray<ReaperRecord>>
  /** The task of `web`, stopped. */
  readonly stopped: Process
  /** Ends it, and checks that nothing is left sleeping or in flight. */
  readonly end: () => Promise<void>
}

type Fields = NonNullable<Parameters<typeof testEnv>[0]>

export const loopWorld = (fields: Fields = {}, owed: ReadonlyArray<Effect> = []): LoopWorld => {
  const box = mailbox<ReaperEvent>(1_000)
  const env = testEnv({ policy: { ...defaultPolicy, recordRunning: false }, ...fields, post: box.post })
  const traced: Array<LoopWorld['traced'][number]> = []
  const loop = makeLoop(env, box, initial('boot'), owed, (event, effects) => void traced.push({ event, effects }))
  const ran = loop.run()
  return {
    env,
    box,
    loop,
    traced,
    records: async () => {
      const loaded = await env.store.load()()
      return E.isRight(loaded) ? loaded.right : []
    },
    stopped: Process.fromPartial({ id: 'web', pid: 42, status: Status.STOPPED, exitStatus: 3 }),
    end: async () => {
      env.end()
      box.close()
      await ran
      await settle()
      assert.deepEqual([env.clock.sleepers(), env.calls.size()], [0, 0])
    },
  }
}
