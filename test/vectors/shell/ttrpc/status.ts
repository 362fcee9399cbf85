/** How failed calls are worded. */
import assert from 'node:assert/strict'
import { type CallError, describeCallError, refused, shown } from '../../../../shell/ttrpc/status.ts'
import type { Vector } from '../../../support/property.ts'

const errors: ReadonlyArray<readonly [CallError, string]> = [
  [refused(12, 'method X'), 'Cannot finish P.M: the answer was code 12: method X'],
  [{ _tag: 'NoAnswer', ms: 5 }, 'Cannot finish P.M: no answer within 5 ms'],
  [{ _tag: 'Closed', reason: 'it went' }, 'Cannot finish P.M: the connection ended: it went'],
  [{ _tag: 'TooLarge', bytes: 9, most: 8 }, 'Cannot send P.M: wanted at most 8 bytes, found 9'],
  [{ _tag: 'Unreadable', message: 'odd' }, 'Cannot read the answer to P.M: odd'],
]

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'status: each way to fail has its line',
    run: () => errors.forEach(([error, line]) => assert.equal(describeCallError('P.M', error), line)),
  },
  {
    name: 'status: what a peer says is one short line',
    run: () => assert.deepEqual([shown('a\nb\u001b[2J\u00e4'), shown('x'.repeat(999)).length], ['a?b?[2J?', 200]),
  },
]
