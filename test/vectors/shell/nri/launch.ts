/** Plugins that the host starts: which files they are, what they are given, and what becomes of them. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { configOf, findPlugins, launch } from '../../../../shell/nri/launch.ts'
import { writeShPlugin } from '../../../support/nri/sh_plugin.ts'
import { pod, stopped, withHost } from '../../../support/nri/with_host.ts'
import type { Vector } from '../../../support/property.ts'
import { waitFor } from '../../../support/wait_for.ts'

interface Folders {
  readonly plugins: string
  readonly config: string
  readonly notes: string
}

const inFolders = async (use: (folders: Folders) => Promise<void>): Promise<void> => {
  const top = mkdtempSync(join(tmpdir(), 'nri-launch-'))
  const folders = { plugins: join(top, 'plugins'), config: join(top, 'conf.d'), notes: join(top, 'notes') }
  for (const folder of Object.values(folders)) mkdirSync(folder)
  try {
    await use(folders)
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}

const executable = (path: string, text = '#!/bin/sh\n'): void => {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'launch: plugins are the executables named by two digits and a name; oddly named ones are told apart, the rest is passed over',
    run: () =>
      inFolders(async ({ plugins }) => {
        for (const file of ['20-b', '10-a.x', 'nameless', '1-x', '10-']) executable(join(plugins, file))
        writeFileSync(join(plugins, '30-readme'), 'no executable')
        mkdirSync(join(plugins, '40-folder'))
        const found = findPlugins(plugins)
        assert.ok(E.isRight(found))
        assert.deepEqual(found.right.plugins.map(({ index, name }) => [index, name]), [['10', 'a.x'], ['20', 'b']])
        assert.deepEqual(found.right.odd, ['1-x', '10-', 'nameless'])
        assert.deepEqual(findPlugins(join(plugins, 'none')), E.right({ plugins: [], odd: [] }))
        assert.ok(E.isLeft(findPlugins(join(plugins, '20-b'))))
      }),
  },
  {
    name: 'launch: the configuration of this index goes before the one of the name',
    run: () =>
      inFolders(async ({ config }) => {
        const who = { index: '10', name: 'a' }
        assert.equal(configOf(who, config), '')
        writeFileSync(join(config, 'a.conf'), 'by name')
        assert.equal(configOf(who, config), 'by name')
        writeFileSync(join(config, '10-a.conf'), 'by index')
        assert.equal(configOf(who, config), 'by index')
        assert.equal(configOf(who, undefined), '')
      }),
  },
  {
    name: 'launch: what cannot be started is said',
    run: async () => {
      const outcome = await launch({ index: '10', name: 'a', path: '/nowhere/10-a' })
      assert.ok(E.isLeft(outcome))
      assert.match(outcome.left, /ENOENT/)
    },
  },
  {
    name: 'launch: a plugin has its socket as file descriptor 3, its name from its file, three variables and its configuration',
    run: () =>
      inFolders(async ({ plugins, config, notes }) => {
        const plugin = writeShPlugin(plugins, '42-script', notes)
        writeFileSync(join(config, 'script.conf'), 'what it is configured with')
        executable(join(plugins, 'odd'))
        await withHost({ pluginDir: plugins, pluginConfigDir: config }, async ({ host, log }) => {
          assert.deepEqual(host.plugins(), [{ index: '42', name: 'script' }], 'whatever it says of itself')
          assert.deepEqual(plugin.env(), ['NRI_PLUGIN_IDX=42', 'NRI_PLUGIN_NAME=script', 'NRI_PLUGIN_SOCKET=3'])
          assert.equal((await host.stopContainer(pod('p'), stopped('c', 'p'))())._tag, 'Delivered')
          assert.match(plugin.said(), /Configure[^]*what it is configured with[^]*Synchronize[^]*StopContainer/)
          assert.deepEqual(log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['file']), ['odd'])
        })
      }),
  },
  {
    name: 'launch: a plugin that ends, one that says nothing and one that cannot run are left out, and the others go on',
    run: () =>
      inFolders(async ({ plugins, notes }) => {
        executable(join(plugins, '01-ends'), '#!/bin/sh\nexit 0\n')
        executable(join(plugins, '02-broken'), '#!/nowhere/interpreter\n')
        writeShPlugin(plugins, '04-good', notes)
        await withHost({ pluginDir: plugins }, async ({ host, says }) => {
          assert.deepEqual(host.plugins().map(({ name }) => name), ['good'])
          assert.equal(says('cannot start an NRI plugin, going on without it').length, 1)
        })
      }),
  },
  {
    name: 'launch: a plugin that dies later is gone, and an exit is told all the same',
    run: () =>
      inFolders(async ({ plugins, notes }) => {
        writeShPlugin(plugins, '04-dying', notes, '[ $next -lt 5 ] || exit 1')
        await withHost({ pluginDir: plugins }, async ({ host, connect }) => {
          const good = await connect()
          await good.join()
          await waitFor(() => host.plugins().length === 1 && host.plugins()[0]?.name === 'demo', { what: 'its end' })
          await host.stopContainer(pod('p'), stopped('c', 'p'))()
          assert.deepEqual(good.events(), ['StopContainer'])
        })
      }),
  },
]
