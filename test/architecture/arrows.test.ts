import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseModule, readModules, type Reference } from './modules.ts'

const modules = readModules(['src', 'workers'])
const UMAP_STAGES = ['neighbors', 'graph', 'spectral', 'optimize', 'transform']
const STAGES = ['read', 'embed', 'project', 'search', 'topics', ...UMAP_STAGES]
/** UMAP as a library: the one module that passes on what others make. */
const LIBRARY = 'src/umap/umap.ts'
/** Who draws and who wires threads; nobody else may. */
const SURFACE = ['react', 'react-dom', 'zustand', 'comlink', 'deck.gl', '@deck.gl/core']

/** The layer of a project file: its folder under `src/`; UMAP's rooms are layers of their own, and the rest of it is `umap`. */
function layerOf(file: string): string {
  if (file.startsWith('workers/')) return 'workers'
  const [, folder, room, rest] = file.split('/')
  if (room === undefined) return 'main'
  return folder === 'umap' && rest !== undefined ? room : folder
}

/** What each layer may import as a value, besides itself; docs/architecture.md draws it. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  gpu: ['shared'],
  ...Object.fromEntries(STAGES.map((stage) => [stage, ['shared', 'gpu']])),
  // What may be asked of UMAP, what its stages hand to each other, and the WGSL that two of them share.
  common: ['shared', 'gpu'],
  ...Object.fromEntries(UMAP_STAGES.map((stage) => [stage, ['shared', 'gpu', 'common']])),
  umap: ['shared', 'gpu', 'common', ...UMAP_STAGES],
  // Published maps are Parquet files: read in parts, written from an open file.
  tiles: ['shared', 'read'],
  checkpoint: ['shared'],
  workers: ['shared', 'gpu', ...STAGES, 'umap', 'tiles', 'checkpoint'],
  draw: ['shared'],
  engine: ['shared', 'draw'],
  ui: ['shared', 'draw', 'engine'],
  main: ['shared', 'draw', 'engine', 'ui'],
  // The generator of the sample runs in Node only; it stamps its file as an export does.
  sample: ['shared', 'read'],
}

const packages: Readonly<Record<string, readonly string[]>> = {
  shared: ['comlink'],
  workers: ['comlink'],
  draw: ['deck.gl', '@deck.gl/core'],
  engine: ['comlink', 'zustand'],
  ui: ['react', 'zustand'],
  main: ['react', 'react-dom'],
}

const isProject = ({ target }: Reference) => /^(src|workers|package\.json|test)\b/.test(target)
/** `file → target` for each reference that breaks a rule. */
function breaking(rule: (from: string, reference: Reference) => boolean): string[] {
  return modules.flatMap(({ file, references }) =>
    references.filter((reference) => rule(file, reference)).map(({ target }) => `${file} → ${target}`),
  )
}

describe('imports go one way', () => {
  test('every folder has its place', () => {
    expect(
      [...new Set(modules.map(({ file }) => layerOf(file)))].filter((layer) => !(layer in arrows)),
    ).toEqual([])
  })

  test('each layer imports only from those below it', () => {
    const wrong = breaking((file, reference) => {
      if (!isProject(reference) || reference.kind === 'url') return false
      const [from, to] = [layerOf(file), layerOf(reference.target)]
      if (from === to || arrows[from].includes(to)) return false
      // Types of what a worker answers are the engine's contract with it.
      return !(reference.kind === 'type' && ['engine', 'ui'].includes(from) && to === 'workers')
    })
    expect(wrong).toEqual([])
  })

  test('stages know nothing of each other, not even types', () => {
    const wrong = breaking((file, reference) => {
      const [from, to] = [layerOf(file), isProject(reference) ? layerOf(reference.target) : '']
      return STAGES.includes(from) && STAGES.includes(to) && from !== to
    })
    expect(wrong).toEqual([])
  })

  test('UMAP could be lifted out: it needs only the GPU and what is shared, and is entered by one module', () => {
    const isUmap = (file: string): boolean => file.startsWith('src/umap/')
    expect(
      breaking(
        (file, reference) =>
          isUmap(file) && isProject(reference) && !/^src\/(umap|gpu|shared)\//.test(reference.target),
      ),
    ).toEqual([])
    const entries = new Set(
      modules
        .filter(({ file }) => !isUmap(file))
        .flatMap(({ references }) => references.map(({ target }) => target).filter(isUmap)),
    )
    expect([...entries]).toEqual([LIBRARY])
  })

  test('the engine meets workers only as types and as addresses', () => {
    const met = modules.flatMap(({ file, references }) =>
      references
        .filter(({ target }) => target.startsWith('workers/') && !file.startsWith('workers/'))
        .map(({ kind }) => kind),
    )
    expect(met).toContain('url')
    expect(met).not.toContain('value')
  })

  test('React, Comlink, zustand and deck.gl stay in their layers', () => {
    const wrong = breaking((file, { target, kind }) => {
      return kind === 'value' && SURFACE.includes(target) && !(packages[layerOf(file)] ?? []).includes(target)
    })
    expect(wrong).toEqual([])
  })

  test('only the sample’s own tools import the sample', () => {
    expect(
      breaking((file, { target }) => target.startsWith('src/sample') && !file.startsWith('src/sample')),
    ).toEqual([])
  })

  test('no module of the page imports tests or Node', () => {
    const wrong = breaking(
      (file, { target }) => !file.startsWith('src/sample') && /^(test|bench)\/|^node:/.test(target),
    )
    expect(wrong).toEqual([])
  })
})

describe('modules', () => {
  test('have named exports only', () => {
    expect(modules.filter(({ hasDefaultExport }) => hasDefaultExport).map(({ file }) => file)).toEqual([])
  })

  test('are no barrels: values come from where they are made', () => {
    expect(modules.filter(({ passedOn }) => passedOn.length > 0).map(({ file }) => file)).toEqual([LIBRARY])
    expect(modules.filter(({ file }) => /(^|\/)index\.tsx?$/.test(file)).map(({ file }) => file)).toEqual([])
  })

  test('do not say any', () => {
    expect(modules.flatMap(({ file, anys }) => anys.map((line) => `${file}:${line}`))).toEqual([])
  })

  test('name files with their extension, and files that are there', () => {
    const wrong = breaking((_, reference) => isProject(reference) && !existsSync(reference.target))
    expect(wrong).toEqual([])
  })

  test('are named in kebab-case', () => {
    expect(modules.map(({ file }) => file).filter((file) => !/^[a-z0-9/-]+\.tsx?$/.test(file))).toEqual([])
  })
})

test('the parser of these tests sees each kind of reference', () => {
  const source = `import type { A } from './a.ts'
    import { type B } from '../b.ts'
    import c, { type D } from './c.ts'
    import './e.css'
    export * from './f.ts'
    export type { G } from './g.ts'
    const x: any = await import('./h.ts')
    new Worker(new URL('../../workers/w.ts', import.meta.url))
    export default c`
  const module = parseModule('src/x/y.ts', source)
  expect(module.references.map(({ target, kind }) => `${kind} ${target}`)).toEqual([
    'type src/x/a.ts',
    'type src/b.ts',
    'value src/x/c.ts',
    'value src/x/e.css',
    'value src/x/f.ts',
    'type src/x/g.ts',
    'value src/x/h.ts',
    'url workers/w.ts',
  ])
  expect(module).toMatchObject({ hasDefaultExport: true, anys: [7] })
  expect(module.passedOn).toHaveLength(1)
})
