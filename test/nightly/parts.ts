/** What a nightly run consists of. Each part is a program beside this file; its last line is its result, its exit code the verdict. */

export interface Part {
  /** Its file, without the ending. */
  readonly name: string
  /** What it shows, as a person would say it. */
  readonly shows: string
}

export const parts: ReadonlyArray<Part> = [
  { name: 'simulated_worlds', shows: 'simulated worlds with faults and crashes keep every rule' },
  { name: 'exhaustive', shows: 'every history up to a depth keeps every rule' },
  { name: 'mutations', shows: 'each seeded bug is caught by a named check' },
  { name: 'fuzz', shows: 'what comes from outside is a value or a typed error, never a throw' },
  { name: 'nri_frames', shows: 'hostile NRI frames: no throw, no hang, no growth' },
  { name: 'kills_of_us', shows: 'SIGKILL of the reaper, on a real containerd: nothing lost, nothing left' },
  { name: 'kills_embedded', shows: 'SIGKILL of the reaper, on the embedded containerd' },
  { name: 'kills_of_containerd', shows: 'SIGKILL of containerd: nothing lost, nothing left' },
  { name: 'chaos', shows: 'everything at once on a real containerd' },
  { name: 'versions', shows: 'the tests on containerd 1.6, 1.7 and 2.x' },
  { name: 'nri_go_plugin', shows: "a plugin of NRI's own Go stub" },
  { name: 'cri_go_client', shows: "what crictl asks of the CRI socket, by crictl's own client library" },
]
