import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { allSettings } from '../../../core/index.ts'
import { readCommand } from '../../../shell/cli/configuration.ts'
import { configurationPage, exampleFile } from '../../../shell/cli/configuration_page.ts'
import { inProject } from '../../support/paths.ts'

const file = inProject('docs', 'configuration.md')

t.test('docs/configuration.md is what the table of settings says (UPDATE_DOCS=1 writes it anew)', async (t) => {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, configurationPage)
  t.equal(readFileSync(file, 'utf8'), configurationPage)
})

t.test('every setting has a row of six cells', async (t) => {
  for (const { key, flag, env } of allSettings) {
    const [row = '', ...more] = configurationPage.split('\n').filter((line) => line.startsWith(`| \`${key.replace('policy.', '')}\` |`))
    t.equal(row.split(/(?<!\\)\|/).length, 8, key)
    t.ok(row.includes(flag) && env.every((name) => row.includes(name)))
    t.strictSame(more, [])
  }
})

t.test('the example is a configuration file that is taken', async (t) => {
  const command = readCommand({ argv: ['run', '--config', 'x'], env: {}, version: '', readFile: () => E.right(exampleFile) })
  t.match(command, { right: { _tag: 'Run', config: { namespaces: ['ci', 'build'], deleteGraceMs: 2_000, policy: { maxHandlings: 8 } } } })
})
