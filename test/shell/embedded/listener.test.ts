import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { makeListener } from '../../../shell/embedded/listener.ts'
import { versionServer } from '../../../shell/embedded/daemon_service.ts'
import { makeCalls } from '../../../shell/embedded/calls.ts'
import { makeFaults } from '../../../shell/embedded/faults.ts'
import { makeRpc } from '../../../shell/embedded/rpc.ts'
import { VersionService } from '../../../shell/proto/gen/containerd/version.ts'
import { ask, connect, refusalOf } from './client.ts'
import { code } from './with_stand.ts'

t.test('listens, is closed and opened again on the same path, and replaces what stands there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'listener-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'c.sock')
  writeFileSync(path, 'left by a daemon that was killed')
  const rpc = makeRpc(makeCalls(), makeFaults())
  const listener = makeListener(path, (server) => server.addService(VersionService, versionServer('v1', rpc)))
  const version = async (): Promise<string> => {
    const client = connect(`unix://${path}`)
    try {
      return (await ask(client, VersionService.version, {})).version
    } finally {
      client.close()
    }
  }
  await listener.open()
  t.equal(await version(), 'v1')
  t.equal(statSync(path).mode & 0o777, 0o600)
  await listener.close()
  t.equal(existsSync(path), false)
  t.equal((await refusalOf(version()))[0], code.UNAVAILABLE)
  await listener.open()
  t.equal(await version(), 'v1')
  listener.cut()
  t.equal(await version(), 'v1')
  await listener.stop()
  await t.rejects(makeListener(join(folder, 'none', 'c.sock'), () => undefined).open())
})
