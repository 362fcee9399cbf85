/** Where shims are: in a /proc and a state folder of a test's own making, as each line of containerd leaves them. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import { type Bundle, bundleIn, bundlesFolder, idsIn, trustedUsers } from '../../../../shell/shim/bundles.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'

interface Host {
  readonly proc: string
  readonly socket: string
  /** A process with this command line, and this folder of its own. */
  readonly process: (argv: ReadonlyArray<string>, cwd: string) => string
  /** A bundle with these files. */
  readonly bundle: (namespace: string, id: string, files: Readonly<Record<string, string>>) => string
  readonly shim: (namespace: string, id: string, cwd: string, address?: string) => string
}

const withHost = (use: (host: Host) => Promise<void>): Promise<void> =>
  inTemporaryFolder(async (folder) => {
    const [proc, socket] = [join(folder, 'proc'), join(folder, 'c.sock')]
    writeFileSync(socket, '')
    mkdirSync(proc)
    let pid = 100
    const process: Host['process'] = (argv, cwd) => {
      const own = join(proc, String(pid++))
      mkdirSync(own)
      writeFileSync(join(own, 'cmdline'), argv.map((word) => `${word}\0`).join(''))
      symlinkSync(argv[0] ?? '', join(own, 'exe'))
      symlinkSync(cwd, join(own, 'cwd'))
      return own
    }
    await use({
      proc,
      socket,
      process,
      bundle: (namespace, id, files) => {
        const own = join(folder, 'state', namespace, id)
        mkdirSync(own, { recursive: true })
        for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text)
        return own
      },
      shim: (namespace, id, cwd, address = socket) =>
        process(['/usr/bin/containerd-shim-runc-v2', '-namespace', namespace, '-id', id, '-address', address], cwd),
    })
  })

/** All that is found in a namespace, in order of id. */
const found = async ({ proc, socket }: Host, namespace = 'ci'): Promise<ReadonlyArray<Bundle>> => {
  const folder = await bundlesFolder(socket, { proc })
  if (folder === undefined) return []
  const bundles = await Promise.all((await idsIn(folder, namespace)).map((id) => bundleIn(folder, namespace, id)))
  return bundles.filter((bundle) => bundle !== undefined).sort((a, b) => a.id < b.id ? -1 : 1)
}

const v3 = (address: string, protocol = 'ttrpc'): Readonly<Record<string, string>> => ({
  'bootstrap.json': JSON.stringify({ version: 3, address, protocol }),
})

export const cases: ReadonlyArray<Vector> = [
  {
    name:
      'bundles: of containerd 1, by the file address; of 2, by bootstrap.json; those of a group beside the one its shim was started for',
    run: () =>
      withHost(async (host) => {
        const { bundle, shim } = host
        shim('ci', 'old', bundle('ci', 'old', { address: 'unix:///run/s/1\n' }))
        shim('ci', 'new', bundle('ci', 'new', v3('unix:///run/s/2')))
        bundle('ci', 'grouped', v3('unix:///run/s/2'))
        assert.deepEqual(await found(host), [
          { namespace: 'ci', id: 'grouped', socket: '/run/s/2', service: 'containerd.task.v3.Task' },
          { namespace: 'ci', id: 'new', socket: '/run/s/2', service: 'containerd.task.v3.Task' },
          { namespace: 'ci', id: 'old', socket: '/run/s/1', service: 'containerd.task.v2.Task' },
        ])
      }),
  },
  {
    name: "bundles: another containerd's, and other programs', are none of ours",
    run: () =>
      withHost(async ({ proc, socket, bundle, shim, process }) => {
        shim('ci', 'b', bundle('ci', 'b', v3('unix:///run/s/2')), '/run/containerd/containerd.sock')
        process(['/usr/bin/ctr', '-namespace', 'ci', '-address', socket], bundle('ci', 'c', v3('unix:///run/s/3')))
        assert.equal(await bundlesFolder(socket, { proc }), undefined)
      }),
  },
  {
    name: 'bundles: those of a namespace, by the shim of another; a namespace without any has none',
    run: () =>
      withHost(async (host) => {
        host.shim('web', 'a', host.bundle('web', 'a', v3('unix:///run/s/1')))
        host.bundle('ci', 'b', v3('unix:///run/s/2'))
        assert.deepEqual((await found(host)).map(({ id }) => id), ['b'])
        assert.deepEqual(await found(host, 'edge'), [])
      }),
  },
  {
    name: 'bundles: a socket that is reached by another path is the same',
    run: () =>
      withHost(async (host) => {
        const { socket, bundle, shim } = host
        symlinkSync(socket, `${socket}.link`)
        shim('ci', 'a', bundle('ci', 'a', v3('unix:///run/s/1')), `${socket}.link`)
        assert.deepEqual((await found(host)).map(({ id }) => id), ['a'])
      }),
  },
  {
    name: 'bundles: what is half written, being removed, of another protocol or gone is left out; no /proc is none at all',
    run: () =>
      withHost(async (host) => {
        const { proc, socket, bundle, shim } = host
        shim('ci', 'a', bundle('ci', 'a', v3('unix:///run/s/1')))
        bundle('ci', '.removed', v3('unix:///run/s/1'))
        bundle('ci', 'half', { 'bootstrap.json': '{"version":3,"addr' })
        bundle('ci', 'empty', {})
        bundle('ci', 'null', { 'bootstrap.json': 'null' })
        bundle('ci', 'grpc', v3('unix:///run/s/4', 'grpc'))
        bundle('ci', 'vsock', { address: 'vsock://3:1024' })
        mkdirSync(join(proc, '99')) // ended between the look at the folder and the one into it
        assert.deepEqual((await found(host)).map(({ id }) => id), ['a'])
        assert.equal(await bundlesFolder(socket, { proc: '/nowhere' }), undefined)
      }),
  },
  {
    name:
      'bundles: a process that only calls itself a shim is none: another program, in a container, in a folder of the same path, of another user',
    run: () =>
      withHost(async ({ proc, socket, bundle, shim }) => {
        const files = bundle('ci', 'a', v3('unix:///run/s/1'))
        const own = shim('ci', 'a', files)
        const isFound = async (): Promise<boolean> => await bundlesFolder(socket, { proc }) !== undefined
        const link = (name: string, to: string): void => {
          rmSync(join(own, name), { force: true })
          symlinkSync(to, join(own, name))
        }
        assert.ok(await isFound())
        link('exe', '/usr/bin/sudo')
        assert.ok(!await isFound())
        link('exe', '/usr/bin/containerd-shim-runc-v2 (deleted)') // upgraded while it runs
        assert.ok(await isFound())
        mkdirSync(join(proc, 'self', 'ns'), { recursive: true })
        mkdirSync(join(own, 'ns'))
        symlinkSync('pid:[1]', join(proc, 'self', 'ns', 'pid'))
        link('ns/pid', 'pid:[2]')
        assert.ok(!await isFound())
        link('ns/pid', 'pid:[1]')
        assert.ok(await isFound())
        link('cwd', '.') // a path that leads the process and us to different folders
        assert.ok(!await isFound())
        link('cwd', files)
        assert.ok(await isFound())
        assert.equal(await bundlesFolder(socket, { proc, trusted: new Set([4_294_967_000]) }), undefined)
        if (geteuid?.() !== 0) return console.log('not root: the owner of a process alone is not tested')
        chownSync(own, 65_534, 65_534)
        assert.ok(!await isFound())
      }),
  },
  {
    name: 'bundles: one that somebody else owns, or can write into, or in such a namespace or folder, is not believed',
    run: () =>
      withHost(async (host) => {
        const { bundle, shim } = host
        const own = bundle('ci', 'a', v3('unix:///run/s/1'))
        shim('web', 'b', bundle('web', 'b', v3('unix:///run/s/1')))
        const [namespace, folder] = [join(own, '..'), join(own, '../..')]
        assert.ok(await bundleIn(folder, 'ci', 'a', trustedUsers))
        assert.equal(await bundleIn(folder, 'ci', 'a', new Set([4_294_967_000])), undefined)
        for (const place of [own, namespace, folder]) {
          for (const [mode, ids] of [[0o720, []], [0o702, []], [0o710, ['a']]] as const) {
            chmodSync(place, mode)
            assert.deepEqual((await found(host)).map(({ id }) => id), ids, `${place} ${mode.toString(8)}`)
          }
        }
      }),
  },
]
