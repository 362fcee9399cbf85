/** Files that a person names are read whole or not at all. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from '../../../../shell/cli/read_text.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'read_text: a file of as many bytes as allowed is read, one more is refused, and so is what is no file',
    run: () =>
      inTemporaryFolder(async (folder) => {
        const file = join(folder, 'file')
        writeFileSync(file, 'four')
        assert.equal(readText(file, 4), 'four')
        assert.throws(() => readText(file, 3), /wanted at most 3 bytes, found 4/)
        assert.throws(() => readText('/dev/zero', 4), /wanted a regular file/)
      }),
  },
]
