/** What plugins ask to be changed: only in containers of ours, by Tasks.Update, and every failure has its reason. */
import assert from 'node:assert/strict'
import { applyUpdates } from '../../../../../shell/nri/reaper/updates.ts'
import { ContainerUpdate } from '../../../../../shell/proto/gen/nri/api.ts'
import { failed, fails, fakeContainerd, succeeds } from '../../../../support/fake_containerd.ts'
import { listedState } from '../../../../support/nri/listed_state.ts'
import type { Vector } from '../../../../support/property.ts'
import { testEnv } from '../../../../support/shell_env.ts'

const update = (containerId: string, rdt = false): ContainerUpdate =>
  ContainerUpdate.fromPartial({
    containerId,
    linux: { resources: { cpu: { shares: { value: 512n } }, ...(rdt ? { rdtClass: { value: 'gold' } } : {}) } },
  })

const state = listedState([['ci', 'web'], ['ci', 'two'], ['build', 'two']])

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'nri updates: a container of ours is updated, with the resources as JSON',
    run: async () => {
      const containerd = fakeContainerd({ taskUpdate: () => succeeds(undefined) })
      assert.deepEqual(await applyUpdates(testEnv({ containerd }), () => state, [update('web')]), [])
      const [asked] = containerd.asked
      assert.deepEqual(asked?.args.slice(0, 2), ['ci', 'web'])
      const { typeUrl, value } = asked?.args[2] as { readonly typeUrl: string; readonly value: Uint8Array }
      assert.equal(typeUrl, 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources')
      assert.equal(new TextDecoder().decode(value), '{"cpu":{"shares":512}}')
    },
  },
  {
    name: 'nri updates: what cannot be done is said, and the next is done',
    run: async () => {
      const containerd = fakeContainerd({
        taskUpdate: (_, id) => (id === 'web' ? fails(failed('NotFound', 'Tasks.Update', 'no task')) : succeeds(undefined)),
      })
      const env = testEnv({ containerd, namespaces: ['ci', 'build'] })
      const none = ContainerUpdate.fromPartial({ containerId: 'nobody' })
      const outcome = await applyUpdates(env, () => state, [update('web'), update('nobody'), update('two'), none])
      assert.deepEqual(outcome.map(({ reason }) => reason), [
        'Cannot call Tasks.Update: containerd answered NotFound: no task',
        'Cannot update "nobody": there is no such container here',
        'Cannot update "two": wanted one container, found one in ci and in build',
      ])
      assert.equal(containerd.count('taskUpdate'), 1)
    },
  },
  {
    name: 'nri updates: what has no place is named, though the rest is done; a dry run does nothing',
    run: async () => {
      const containerd = fakeContainerd({ taskUpdate: () => succeeds(undefined) })
      const rdt = await applyUpdates(testEnv({ containerd }), () => state, [update('web', true)])
      assert.deepEqual(rdt.map(({ reason }) => reason), ['Cannot change rdt_class of a container that runs; the rest is done'])
      const dry = await applyUpdates(testEnv({ containerd, dryRun: true }), () => state, [update('web')])
      assert.deepEqual(dry.map(({ reason }) => reason), ['Cannot update "web": this is a dry run'])
      assert.equal(containerd.count('taskUpdate'), 1)
    },
  },
]
