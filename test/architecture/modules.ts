import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'

/** One reference from a module to another. */
export interface Reference {
  /** As it stands in the source. */
  readonly specifier: string
  /** Path from the project's root without query, for files of the project; the package's name for packages. */
  readonly target: string
  readonly kind: 'value' | 'type' | 'url'
}

export interface Module {
  /** Path from the project's root. */
  readonly file: string
  readonly references: readonly Reference[]
  readonly hasDefaultExport: boolean
  /** Values passed on from other modules. */
  readonly passedOn: readonly string[]
  /** Places of the type `any`, as `line`. */
  readonly anys: readonly number[]
}

/** All TypeScript modules under some folders. */
export function readModules(folders: readonly string[]): Module[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.posix.join(folder, name)),
    )
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .sort()
    .map((file) => parseModule(file, readFileSync(file, 'utf8')))
}

/** What a module refers to and offers. */
export function parseModule(file: string, source: string): Module {
  const { module, program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  const references: Reference[] = []
  const add = (specifier: string, kind: Reference['kind']) =>
    references.push({ specifier, target: targetOf(file, specifier), kind })

  for (const { moduleRequest, entries } of module.staticImports) {
    const type = entries.length > 0 && entries.every(({ isType }) => isType)
    add(moduleRequest.value, type ? 'type' : 'value')
  }
  const exported = module.staticExports.flatMap(({ entries }) => entries)
  for (const { moduleRequest, isType } of exported)
    if (moduleRequest) add(moduleRequest.value, isType ? 'type' : 'value')
  for (const { moduleRequest } of module.dynamicImports) {
    // The range holds the argument with its quotes.
    add(source.slice(moduleRequest.start + 1, moduleRequest.end - 1), 'value')
  }
  for (const [, specifier] of source.matchAll(/new URL\(\s*'(\.[^']+)',\s*import\.meta\.url/g))
    add(specifier, 'url')

  return {
    file,
    references,
    hasDefaultExport: exported.some(({ exportName }) => exportName.kind === 'Default'),
    passedOn: exported
      .filter(({ moduleRequest, isType }) => moduleRequest && !isType)
      .map(({ start }) => String(start)),
    anys: findAnys(program).map((start) => source.slice(0, start).split('\n').length),
  }
}

function targetOf(file: string, specifier: string): string {
  const bare = specifier.replace(/\?.*$/, '')
  if (bare.startsWith('.')) return path.posix.join(path.posix.dirname(file), bare)
  return bare
    .split('/')
    .slice(0, bare.startsWith('@') ? 2 : 1)
    .join('/')
}

function findAnys(node: unknown): number[] {
  if (Array.isArray(node)) return node.flatMap(findAnys)
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'TSAnyKeyword' && 'start' in node) return [Number(node.start)]
  return Object.values(node).flatMap(findAnys)
}
