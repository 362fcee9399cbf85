/** One listing: records before tasks, only ours, and none at all rather than half of one. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { nanos } from '../../../../core/index.ts'
import type { Containerd } from '../../../../shell/containerd/client.ts'
import { Container } from '../../../../shell/proto/gen/containerd/containers.ts'
import { Process, Status } from '../../../../shell/proto/gen/containerd/task.ts'
import { Sandbox } from '../../../../shell/proto/gen/containerd/types.ts'
import { listing } from '../../../../shell/source/listing.ts'
import { atStart } from '../../../support/answered.ts'
import { failed, fails, fakeContainerd, openCall, succeeds } from '../../../support/fake_containerd.ts'
import type { Vector } from '../../../support/property.ts'
import { testEnv } from '../../../support/shell_env.ts'
import { settle } from '../../../support/virtual_clock.ts'

const lists: Partial<Containerd> = {
  containerList: () => succeeds([Container.fromPartial({ id: 'web', sandbox: 'pod' }), Container.fromPartial({ id: 'idle' })]),
  taskList: () =>
    succeeds([
      Process.fromPartial({ id: 'web', pid: 42, status: Status.STOPPED, exitStatus: 3, exitedAt: { seconds: 9n, nanos: 1 } }),
      Process.fromPartial({ id: 'hung', pid: 0, status: Status.UNKNOWN }),
    ]),
  sandboxList: () => succeeds([Sandbox.fromPartial({ sandboxId: 'pod', sandboxer: 'podsandbox' })]),
}
const lone = { sandboxId: undefined, kind: 'container', ownPidNamespace: false }

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'listing: records, tasks and sandboxes, as the core takes them, stamped when all is there',
    run: async () => {
      const env = testEnv({ containerd: fakeContainerd(lists) })
      assert.deepEqual(
        await listing('ci')(env)(),
        E.right({
          _tag: 'Relisted',
          namespace: 'ci',
          containers: [{ id: 'web', metadata: { ...lone, sandboxId: 'pod' } }, { id: 'idle', metadata: lone }],
          tasks: [
            { id: 'web', task: { _tag: 'Stopped', pid: 42, code: 3, exitedAt: nanos(9_000_000_001n) } },
            { id: 'hung', task: { _tag: 'Unclear' } },
          ],
          sandboxes: [{ id: 'pod', sandboxer: 'podsandbox' }],
          at: atStart(env),
        }),
      )
    },
  },
  {
    name: 'listing: the tasks are asked for only once the records are there',
    run: async () => {
      const records = openCall<ReadonlyArray<Container>>()
      const containerd = fakeContainerd({ ...lists, containerList: () => records.call })
      const result = listing('ci')(testEnv({ containerd }))()
      await settle()
      assert.deepEqual(containerd.asked.map(({ call }) => call), ['containerList'])
      records.answer(E.right([]))
      await result
      assert.deepEqual(containerd.asked.map(({ call }) => call), ['containerList', 'taskList', 'sandboxList'])
    },
  },
  {
    name: 'listing: the selectors go to containerd, and everything in the namespace that is asked for',
    run: async () => {
      const containerd = fakeContainerd(lists)
      await listing('edge')(testEnv({ containerd, selectors: ['labels.team==a'] }))()
      assert.deepEqual(containerd.asked.map(({ args }) => args), [['edge', ['labels.team==a']], ['edge'], ['edge']])
    },
  },
  {
    name: 'listing: a containerd without a sandbox store has no sandboxes to tell of, which is not the same as none',
    run: async () => {
      const result = await listing('ci')(
        testEnv({ containerd: fakeContainerd({ ...lists, sandboxList: () => fails(failed('Unimplemented')) }) }),
      )()
      assert.ok(E.isRight(result))
      assert.equal(result.right.sandboxes, undefined)
      const none = await listing('ci')(testEnv({ containerd: fakeContainerd({ ...lists, sandboxList: () => succeeds([]) }) }))()
      assert.ok(E.isRight(none))
      assert.deepEqual(none.right.sandboxes, [])
    },
  },
  {
    name: 'listing: when any part fails there is no listing: half of one would look like things that are gone',
    run: async () => {
      const error = failed('Unavailable')
      for (const part of ['containerList', 'taskList', 'sandboxList'] as const) {
        const containerd = fakeContainerd({ ...lists, [part]: () => fails(error) })
        assert.deepEqual(await listing('ci')(testEnv({ containerd }))(), E.left(error), part)
      }
    },
  },
]
