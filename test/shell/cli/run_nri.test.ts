/** The NRI host of `run`: none unless asked for and none in a dry run; a socket that is taken is one line. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { type Config, decodeConfig, defaultPolicy } from '../../../core/index.ts'
import { hostNri } from '../../../shell/cli/run_nri.ts'
import type { ReaperOptions } from '../../../shell/reaper.ts'
import { connectPlugin } from '../../support/nri/raw_plugin.ts'
import { recordingLog } from '../../support/recording_log.ts'
import { bytesOf, intOf, textOf } from '../../support/nri/bytes.ts'
import { waitFor } from '../../support/wait_for.ts'

const configOf = (fields: Readonly<Record<string, unknown>>): Config => {
  const config = decodeConfig({ namespaces: ['ci'], ...fields })
  if (E.isLeft(config)) throw new Error(config.left.problems.join('\n'))
  return config.right
}

t.test('without a socket and a folder, and in a dry run, there is no host', async (t) => {
  for (const fields of [{}, { nri_socket: '/nowhere/nri.sock', dry_run: true }]) {
    const hosted = await hostNri(configOf(fields), '1.2.3', recordingLog())
    t.ok(E.isRight(hosted))
    if (E.isLeft(hosted)) continue
    t.strictSame(hosted.right.options({}), {})
    await hosted.right.close()
  }
})

t.test('a plugin that connects is configured with our name, version and time; the machine is told to notify', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'run-nri-'))
  const config = configOf({ nri_socket: join(folder, 'nri.sock'), nri_plugin_dir: join(folder, 'none'), nri_timeout: '500ms' })
  const log = recordingLog()
  const hosted = await hostNri(config, '1.2.3', log)
  if (E.isLeft(hosted)) throw new Error(hosted.left.message)
  const given: Pick<ReaperOptions, 'nri' | 'policy'> = { policy: defaultPolicy }
  const { policy, nri } = hosted.right.options(given)
  t.strictSame([policy?.nri, policy?.io], [true, defaultPolicy.io])
  const plugin = await connectPlugin(config.nriSocket)
  await plugin.register()
  const { payload } = await plugin.called('Configure')
  t.strictSame([textOf(payload, 2), textOf(payload, 3), intOf(payload, 5)], ['containerd-reaper', '1.2.3', 500n])
  t.equal(bytesOf(payload, 1).length, 0)
  await waitFor(() => nri?.plugins().length === 1, { what: 'the plugin' })
  t.strictSame(log.lines.map(({ msg }) => msg).slice(0, 1), ['telling NRI plugins'])

  const second = await hostNri(config, '1.2.3', log)
  t.match(E.isLeft(second) && second.left.message, /^Cannot listen for NRI plugins on .*: another runtime does; /)
  await hosted.right.close()
  await plugin.cutOff()
  rmSync(folder, { recursive: true, force: true })
})
