/**
 * A plugin that is a shell script: it sends recorded bytes, takes frames by their lengths, and answers each with an empty message. All
 * that the host says, and its own environment, it writes to files. What it needs comes from a POSIX shell, `head` and `od`.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** RegisterPlugin of `demo`, index 10: mux, ttrpc and protobuf. */
const ofOthers = /^(PWD|SHLVL|_|OLDPWD|DENO_EXTRA_STDIO_FDS|NODE_OPTIONS|_TAPJS_\w+)=/

export const registerBytes = '000000020000004a' + '00000040000000010100' +
  '0a1c6e72692e706b672e6170692e7631616c706861312e52756e74696d65' + '120e5265676973746572506c7567696e' +
  '1a0a0a0464656d6f12023130' + '2080e497d012'

const octal = (hex: string): string => hex.replaceAll(/../g, (byte) => `\\${Number.parseInt(byte, 16).toString(8).padStart(3, '0')}`)

const script = (folder: string, after: string): string =>
  `#!/bin/sh
env > ${folder}/env
printf '${octal(registerBytes)}' >&3
next=1
while :; do
  set -- $(head -c 8 <&3 | od -An -tu1)
  [ $# = 8 ] || exit 0
  head -c $(($5 * 16777216 + $6 * 65536 + $7 * 256 + $8)) <&3 >> ${folder}/said
  [ $4 = 1 ] || continue
  printf "\\000\\000\\000\\001\\000\\000\\000\\012\\000\\000\\000\\000\\000\\000\\000\\\\$(printf %03o $next)\\002\\000" >&3
  next=$((next + 2))
  ${after}
done
`

export interface ShPlugin {
  readonly said: () => string
  /** Its environment, without what the shell itself adds, and what tap gives every process that is started under it. */
  readonly env: () => ReadonlyArray<string>
}

/** Puts it into `folder` as `file`. `after`: what it does after each answer. */
export const writeShPlugin = (folder: string, file: string, notes: string, after = ':'): ShPlugin => {
  const path = join(folder, file)
  writeFileSync(path, script(notes, after))
  chmodSync(path, 0o755)
  const read = (name: string): string => {
    try {
      return readFileSync(join(notes, name), 'latin1')
    } catch {
      return ''
    }
  }
  return {
    said: () => read('said'),
    env: () => read('env').split('\n').filter((line) => /^\w+=/.test(line) && !ofOthers.test(line)).sort(), // tap's values have many lines
  }
}
