import type { Containerd } from './daemon.ts'

/**
 * Whether containerd has, since this time (wall clock, ms), removed the shim of this container by itself: from 1.7 on it does so when it
 * starts and the container has exited while it was dead. It tells nobody.
 */
export const cleanedAtStart = (daemon: Containerd, id: string, sinceMs = 0): boolean =>
  daemon.log(1e6).split('\n').some((line) =>
    line.includes('cleaning leaked shim process') && / id="?([^" ]+)/.exec(line)?.[1] === id &&
    Date.parse(/^time="([^"]+)"/.exec(line)?.[1] ?? '') >= sinceMs
  )
