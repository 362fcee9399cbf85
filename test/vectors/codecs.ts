/** The cases of the vector list that are about what crosses a border, and the command line, on both runtimes. */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { decodeContainerMetadata, decodeStatusFile } from '../../core/index.ts'
import { readCommand } from '../../shell/cli/configuration.ts'
import type { Vector } from '../support/property.ts'

const status = (version: string): string =>
  `{"Version":"${version}","Pid":7,"CreatedAt":1764000000000000001,"StartedAt":0,"FinishedAt":0,"ExitCode":0,"Reason":"","Message":"","Resources":null}`

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'V100 D: a container whose CRI metadata is missing or unreadable is left out, and the reason is told',
    run: () => {
      for (
        const json of ['', '{}', 'null', '{"Version":"v1"}', '{"Version":"v2","Metadata":{}}', '{"Version":"v1","Metadata":{"ID":"c"}}']
      ) {
        const decoded = decodeContainerMetadata(json)
        assert.ok(E.isLeft(decoded) && decoded.left.problems.length > 0, json)
      }
    },
  },
  {
    name: 'V104 U: a status file of version "v2" is treated as unreadable; of "v1" it reads, to the nanosecond',
    run: () => {
      const v1 = decodeStatusFile(status('v1'))
      assert.equal(E.isRight(v1) && v1.right.createdAt, 1764000000000000001n)
      const v2 = decodeStatusFile(status('v2'))
      assert.match(E.isLeft(v2) ? v2.left.problems.join() : '', /^Cannot read status file\.Version: wanted "v1", found "v2"/)
    },
  },
  {
    name: 'the command line, the environment and the file are read in that order, and refusals are one line',
    run: () => {
      const readFile = (): E.Either<string, string> => E.right('namespaces = ["file"]\ndelete_grace = "1s"\nlog = "json"')
      const env = { CONTAINERD_REAPER_DELETE_GRACE: '2s', CONTAINERD_NAMESPACE: 'environment' }
      const command = readCommand({ argv: ['run', '--namespace', 'flag', '--config', 'x'], env, version: '1', readFile })
      assert.ok(E.isRight(command) && command.right._tag === 'Run')
      const { namespaces, deleteGraceMs, log } = command.right.config
      assert.deepEqual([namespaces, deleteGraceMs, log], [['flag'], 2_000, 'json'])
      const broken = readCommand({ argv: ['run', '--config', 'x'], env: {}, version: '1', readFile: () => E.right('a = [') })
      assert.match(E.isLeft(broken) ? broken.left.line : '', /^Cannot read x:1:\d+: wanted TOML, found an error: .+$/)
      const help = readCommand({ argv: ['run', '--help'], env: {}, version: '1' })
      assert.ok(E.isRight(help) && help.right._tag === 'ShowText' && help.right.text.includes('--delete-grace <DURATION>'))
    },
  },
]
