/** The client against a real containerd, on Node and on Deno. */
import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { ctrFor, needsContainerd, startContainerd } from '../support/containerd/index.ts'
import { inProject } from '../support/paths.ts'
import { useClient } from './use_client.ts'

t.test('every call of the client, on a real containerd', needsContainerd(), async (t) => {
  const daemon = await startContainerd()
  t.teardown(() => daemon.stop())
  const ctr = ctrFor(daemon, 'smoke')
  for (const id of ['on-node', 'on-deno']) await ctr.run(id, { command: 'sleep 1000', labels: { kind: 'smoke' } })

  await t.resolves(useClient(daemon.address, 'smoke', 'on-node'), 'on Node')

  // The least that a program needs on Deno to talk to containerd: its own files, the environment, and the socket in three ways.
  const socket = `${dirname(daemon.address)},${inProject()}`
  const permissions = [
    '--allow-env',
    `--allow-read=${socket}`,
    `--allow-write=${dirname(daemon.address)}`,
    `--allow-net=unix:${daemon.address}`,
  ]
  const { stdout } = await promisify(execFile)(inProject('node_modules', '.bin', 'deno'), [
    'run',
    ...permissions,
    inProject('test', 'containerd', 'use_client_main.ts'),
    daemon.address,
    'smoke',
    'on-deno',
  ])
  t.equal(stdout, 'every call did what it should\n', 'on Deno')
})
