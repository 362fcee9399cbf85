/** The effect: asked of the port, answered whatever becomes of it, and only said in a dry run. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import type { NriSettled, RunId } from '../../../../core/index.ts'
import type { Env } from '../../../../shell/env.ts'
import { notifyNriExit } from '../../../../shell/interpret/nri.ts'
import type { Told } from '../../../../shell/nri/host.ts'
import type { NriPort } from '../../../../shell/nri/reaper/port.ts'
import { call, run, web } from '../../../support/answered.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'

const port = (told: Told, asked: Array<RunId> = []): NriPort => ({
  exited: (id) => () => {
    asked.push(id)
    return Promise.resolve(told)
  },
  observe: () => undefined,
  world: { synchronize: () => Promise.resolve({ pods: [], containers: [] }), update: () => () => Promise.resolve([]) },
})

const outcomeIn = async (env: Env): Promise<NriSettled['outcome'] | undefined> => {
  const answered = await notifyNriExit({ _tag: 'NotifyNriExit', container: web, call, run, exitCode: 3 })(env)()
  const [event] = E.isRight(answered) ? answered.right : []
  return event?._tag === 'NriSettled' && event.call === call && event.container === web ? event.outcome : undefined
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'interpret nri: what became of it is the answer',
    run: async () => {
      const asked: Array<RunId> = []
      assert.deepEqual(await outcomeIn(testEnv({ nri: port({ _tag: 'Delivered', plugins: 2, failed: [] }, asked) })), { _tag: 'Delivered' })
      assert.deepEqual(asked, [run])
      assert.deepEqual(await outcomeIn(testEnv({ nri: port({ _tag: 'NoneListening' }) })), { _tag: 'NoneListening' })
      assert.deepEqual(await outcomeIn(testEnv({ nri: port({ _tag: 'Late', ms: 2_000 }) })), {
        _tag: 'Failed',
        reason: 'TimedOut',
        message: 'NRI plugins took longer than 2000 ms; they are told all the same',
      })
      assert.deepEqual(await outcomeIn(testEnv()), { _tag: 'NoneListening' })
    },
  },
  {
    name: 'interpret nri: in a dry run it is only said',
    run: async () => {
      const asked: Array<RunId> = []
      const env = testEnv({ dryRun: true, nri: port({ _tag: 'Delivered', plugins: 1, failed: [] }, asked) })
      assert.deepEqual(await outcomeIn(env), { _tag: 'NoneListening' })
      assert.deepEqual([asked, env.log.lines.map(({ msg }) => msg)], [[], ['would tell NRI plugins']])
    },
  },
]
