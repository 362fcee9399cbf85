/**
 * A runc whose calls can be made to hang or to fail, container by container: a script that looks for a marker file before it
 * runs the real one. containerd reaches it through `ctr run --runc-binary`.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from './available.ts'

/** The runc calls that can be disturbed; `delete` unless told. */
export type RuncVerb = 'create' | 'start' | 'kill' | 'delete'

/** A call that reached the wrapper. */
export interface RuncCall {
  readonly verb: string
  readonly id: string
  readonly pid: number
}

/** A wrapper and its markers. */
export interface SlowRunc {
  /** For `RunOptions.runcBinary`. */
  readonly path: string
  /**
   * Lets the call hang for so many seconds, or until `release`, before it is done. The time runs from the first such call, and
   * later ones wait for the same end: containerd asks for `runc delete` twice, once by the shim and once after it.
   */
  readonly hang: (id: string, seconds: number, verb?: RuncVerb) => void
  /**
   * Lets the call fail at once, every time or `once`. A `kill` that fails once leaves behind what a container with the host's
   * pids started, since the shim kills that only when init exits; a `start` that fails leaves a task CREATED.
   */
  readonly fail: (id: string, verb?: RuncVerb, times?: 'always' | 'once') => void
  /** Takes the marker away: a hanging call goes on at once. */
  readonly release: (id: string, verb?: RuncVerb) => void
  /** Every call so far, oldest first. */
  readonly calls: () => ReadonlyArray<RuncCall>
}

// runc's global flags come before the verb, and the ones with a value of their own must not be taken for it. The id comes last,
// but in `kill [--all] ID SIGNAL`.
// Uptime rather than the clock, which may be set while we wait. Short sleeps: a child that holds the output open outlives us
// when the shim gives up and kills the script.
const script = (runc: string, markers: string, log: string): string =>
  `#!/bin/sh
# Waits or fails before the real runc when a marker file for this call exists.
verb= skip= id= before=
for word in "$@"; do
  before=$id
  id=$word
  if [ -n "$skip" ]; then skip=
  elif [ -z "$verb" ]; then
    case $word in
      --root|--log|--log-format|--criu|--rootless) skip=1 ;;
      -*) ;;
      *) verb=$word ;;
    esac
  fi
done
[ "$verb" = kill ] && id=$before
printf '%s %s %s\\n' "$verb" "$$" "$id" >> '${log}'
marker='${markers}'/$verb.$id
now() { read -r up rest < /proc/uptime; echo "\${up%.*}\${up#*.}"; }
if [ -e "$marker" ]; then
  read -r what < "$marker"
  [ "$what" = once ] && rm -f "$marker" && what=always
  if [ "$what" = always ]; then echo "told to fail" >&2; exit 1; fi
  until="$marker.until"
  [ -e "$until" ] || echo $(( $(now) + what )) > "$until"
  read -r end < "$until"
  while [ -e "$marker" ] && [ "$(now)" -lt "$end" ]; do sleep 0.05; done
fi
exec '${runc}' "$@"
`

/** Writes the wrapper into `dir`. */
export const slowRunc = (dir: string, binDir?: string): SlowRunc => {
  const runc = findProgram('runc', binDir)
  if (runc === undefined) throw new Error('Cannot write a runc wrapper: wanted runc, found none; run sh test/support/install.sh')
  const markers = join(dir, 'runc-markers')
  const log = join(dir, 'runc-calls')
  const path = join(dir, 'slow-runc')
  mkdirSync(markers, { recursive: true })
  writeFileSync(path, script(runc, markers, log))
  chmodSync(path, 0o755)
  const marker = (id: string, verb: RuncVerb): string => join(markers, `${verb}.${id}`)
  const until = (id: string, verb: RuncVerb): string => `${marker(id, verb)}.until`
  return {
    path,
    hang: (id, seconds, verb = 'delete') => {
      rmSync(until(id, verb), { force: true })
      writeFileSync(marker(id, verb), `${Math.round(seconds * 100)}\n`)
    },
    fail: (id, verb = 'delete', times = 'always') => writeFileSync(marker(id, verb), `${times}\n`),
    release: (id, verb = 'delete') => rmSync(marker(id, verb), { force: true }),
    calls: () =>
      (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').filter((line) => line !== '').map((line) => {
        const [verb = '', pid = '', ...id] = line.split(' ')
        return { verb, pid: Number(pid), id: id.join(' ') }
      }),
  }
}
