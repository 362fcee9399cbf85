/** Whose state directory is used, and whose is not. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { openRunStore, storedState } from '../../../../shell/cli/run_store.ts'
import { trusted } from '../../../../shell/cli/state_dir.ts'
import { describeError, type StoreFailed } from '../../../../shell/errors.ts'
import { silentLog } from '../../../../shell/log.ts'
import { commandOf } from '../../../support/cli.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { importing } from './import_status.ts'

const refusalOf = (result: E.Either<StoreFailed, unknown> | undefined): string | undefined =>
  result !== undefined && E.isLeft(result) ? describeError(result.left) : undefined

const distrust = (stateDir: string): string | undefined => refusalOf(trusted(stateDir))

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'state directory: one that is not there, or in which only its user can write, is used',
    run: () =>
      inTemporaryFolder(async (folder) => {
        assert.equal(distrust(join(folder, 'new')), undefined)
        for (const mode of [0o700, 0o750, 0o755]) {
          chmodSync(folder, mode)
          assert.equal(distrust(folder), undefined)
        }
      }),
  },
  {
    name: 'state directory: one in which others can write is refused in one line, and left as it is',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const stateDir = join(folder, 'state')
        mkdirSync(stateDir)
        chmodSync(stateDir, 0o777)
        const refusal = `Cannot use state directory ${stateDir}: wanted a folder in which nobody but root and its user can write, ` +
          'found mode 0777; chmod go-w it, or give another --state-dir'
        assert.deepEqual(await importing(stateDir, folder), { code: 1, out: [], err: [refusal] })
        const run = commandOf('run', '--namespace', 'ci', '--state-dir', stateDir, '--salvage')
        assert.ok(run._tag === 'Run')
        assert.equal(refusalOf(await openRunStore(run.config, silentLog)), refusal)
        assert.equal(existsSync(join(stateDir, 'store')), false)
        mkdirSync(join(stateDir, 'store'))
        assert.equal(refusalOf(await storedState(stateDir)), refusal)
        assert.deepEqual(readdirSync(join(stateDir, 'store')), [])
      }),
  },
  {
    name: "state directory: root does not use somebody else's, nor one that a group of others can write in",
    run: () =>
      inTemporaryFolder(async (folder) => {
        if (geteuid?.() !== 0) return
        chownSync(folder, 0, 1_000)
        chmodSync(folder, 0o770)
        assert.match(distrust(folder) ?? '', /found mode 0770; chmod go-w it/)
        chownSync(folder, 0, 0)
        assert.equal(distrust(folder), undefined)
        chownSync(folder, 1_000, 0)
        assert.match(distrust(folder) ?? '', /found one of user 1000, while this is user 0; chown it, or give another --state-dir$/)
      }),
  },
]
