/**
 * A plugin made with NRI's own Go stub: NRI_GO_PLUGIN is the path of the program that is built from test/support/nri/go_plugin/main.go.
 * Not among the tests, for building it takes a Go toolchain and the NRI sources: `.ci/nightly` runs this when the variable is set.
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import t from 'tap'
import { pod, stopped, withHost } from '../support/nri/with_host.ts'
import { waitFor } from '../support/wait_for.ts'

const program = process.env['NRI_GO_PLUGIN']

t.test('a plugin of the Go stub registers, is synchronised in parts, and is told', async (t) => {
  if (program === undefined) throw new Error('Cannot run: wanted the path of a Go plugin in NRI_GO_PLUGIN, found none')
  const large = Array.from({ length: 9 }, (_, n) => ({ ...stopped(`c${n}`, 'p'), env: ['x'.repeat(1_000_000)] }))
  await withHost({ snapshot: () => Promise.resolve({ pods: [pod('p')], containers: large }) }, async ({ host, socketPath, updates }) => {
    const child = spawn(program, [socketPath], { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => said += chunk)
    await waitFor(() => said.includes('Synchronize pods=1 containers=9'), { what: 'the synchronisation' })
    for (let n = 0; n < 300; n++) t.equal((await host.stopContainer(pod('p'), stopped(`m${n}`, 'p'))())._tag, 'Delivered')
    await host.stopContainer(pod('p'), { ...stopped('large', 'p'), env: ['y'.repeat(3_900_000)] })()
    await host.removeContainer(pod('p'), stopped('m0', 'p'))()
    await host.stopPodSandbox(pod('p'))()
    await waitFor(() => said.includes('StopPodSandbox p'), { what: 'the last event' })
    t.equal(said.match(/^StopContainer /gm)?.length, 301)
    t.match(said, /^RemoveContainer m0$/m)
    t.ok(updates.every(({ linux }) => linux?.resources?.cpu?.shares?.value === 512n) && updates.length === 301)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await host.close()
    await ended
    t.match(said, /^closed$/m)
  })
})
