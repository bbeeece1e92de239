import type { Module } from './modules.ts'

/**
 * The room of a project file: its folder below `src/`, two deep at most, shaders with who runs them; `workers`; `main` for
 * what mounts the app.
 */
export function roomOf(file: string): string {
  if (file.startsWith('workers/')) return 'workers'
  const folders = file
    .split('/')
    .slice(1, -1)
    .filter((folder) => !/^(wgsl|glsl)$/.test(folder))
  return folders.length === 0 ? 'main' : folders.slice(0, 2).join('/')
}

/** A room and those that it imports from, by value or type. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>

/** What a picture shows: `room → room, room`, a line each; a folder stands for all rooms in it. */
export function readPicture(text: string): Arrows {
  const lines = text.split('\n').flatMap((line) => line.match(/^(\S+) →(.*)$/) ?? [])
  const arrows = new Map<string, ReadonlySet<string>>()
  for (let i = 0; i < lines.length; i += 3) {
    const targets = lines[i + 2].split(',').map((target) => target.trim())
    arrows.set(lines[i + 1], new Set(targets.filter((target) => target !== '')))
  }
  return arrows
}

/** What the modules import from other rooms. The engine's and the panels' addresses and types of workers are a contract, no arrow. */
export function arrowsOf(modules: readonly Module[]): Arrows {
  const arrows = new Map<string, Set<string>>()
  for (const { file, references } of modules) {
    const from = roomOf(file)
    const targets = arrows.get(from) ?? new Set()
    arrows.set(from, targets)
    for (const { target, kind } of references) {
      if (!/^(src|workers)\//.test(target) || kind === 'url') continue
      const to = roomOf(target)
      if (to !== from && !(to === 'workers' && kind === 'type')) targets.add(to)
    }
  }
  return arrows
}

/** Whether a target of a picture stands for a room. */
export function covers(target: string, room: string): boolean {
  return room === target || room.startsWith(`${target}/`)
}

/** The picture of rooms as they are, importers above what they import, and rooms of a folder together where that can be. */
export function drawPicture(arrows: Arrows): string {
  const drawn: string[] = []
  const left = new Map(arrows)
  let last = ''
  while (left.size > 0) {
    const all = [...left.keys()].filter((room) => [...left.values()].every((targets) => !targets.has(room)))
    const free = all.find((room) => room.split('/')[0] === last) ?? all[0]
    last = free?.split('/')[0] ?? ''
    if (free === undefined) throw new Error(`These rooms import each other: ${[...left.keys()].join(', ')}`)
    const family = free.split('/')[0]
    const targets = [...(left.get(free) ?? [])].map((room) =>
      room.startsWith(`${family}/`) ? room : room.split('/')[0],
    )
    drawn.push(`${free} → ${[...new Set(targets)].sort().join(', ')}`.trimEnd())
    left.delete(free)
  }
  return drawn.join('\n')
}
