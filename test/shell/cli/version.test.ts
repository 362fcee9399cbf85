import { readFileSync } from 'node:fs'
import t from 'tap'
import { programVersion } from '../../../shell/cli/version.ts'
import { inProject } from '../../support/paths.ts'

t.test('the version is that of the package', async (t) => {
  t.match(readFileSync(inProject('package.json'), 'utf8'), `"version": "${programVersion()}"`)
})
