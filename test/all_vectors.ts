/** Every vector module, in one list: `import { cases as x } from './vectors/x.ts'`, then `...x`. */
import type { Vector } from './support/property.ts'
import { cases as captures } from './vectors/captures.ts'
import { cases as codecs } from './vectors/codecs.ts'
import { cases as image } from './vectors/image.ts'
import { cases as methodPaths } from './vectors/method_paths.ts'
import { cases as probe } from './vectors/probe.ts'
import { cases as sandbox } from './vectors/sandbox.ts'
import { cases as shell } from './vectors/shell.ts'
import { cases as wire } from './vectors/wire.ts'
import { cases as wireStreams } from './vectors/wire_streams.ts'

export const allVectors: ReadonlyArray<Vector> = [
  ...captures,
  ...codecs,
  ...image,
  ...methodPaths,
  ...probe,
  ...sandbox,
  ...shell,
  ...wire,
  ...wireStreams,
]
