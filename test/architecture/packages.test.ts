import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface LockEntry {
  readonly name?: string
  readonly version?: string
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lockText = readFileSync('package-lock.json', 'utf8')
const lock = (JSON.parse(lockText) as { packages: Record<string, LockEntry> }).packages
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>
const placesOf = (name: string) => Object.keys(lock).filter((place) => place.endsWith(`node_modules/${name}`))

test('the lock file names no registry, so that any mirror serves it', () => {
  expect(
    Object.values(lock)
      .flatMap(({ resolved }) => resolved ?? [])
      .filter((url) => /^\w+:\/\//.test(url)),
  ).toEqual([])
})

// npm leaves them out where its registry lacks other platforms' builds, and then `npm ci` fails on a fresh checkout.
test('the lock file has an entry for every optional package, other platforms’ too', () => {
  const optional = Object.values(lock).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  expect(optional.filter((name) => placesOf(name).length === 0)).toEqual([])
})

test('there is one onnxruntime-web, the one that transformers.js asks for', () => {
  expect(placesOf('onnxruntime-web')).toEqual(['node_modules/onnxruntime-web'])
  const asked = lock['node_modules/@huggingface/transformers'].dependencies?.['onnxruntime-web']
  expect(lock['node_modules/onnxruntime-web'].version).toBe(asked)
  expect(manifest.dependencies['onnxruntime-web']).toBe(asked)
})

test.each(['onnxruntime-node', 'sharp'])('%s, which the page never uses, is an empty package', (name) => {
  expect(placesOf(name).map((place) => lock[place].name)).toEqual(['empty-npm-package'])
})

test('no install script runs: onnxruntime-node’s would download binaries', () => {
  expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m)
})

test('deck.gl’s map bindings, some 300 MB, are not installed', () => {
  const heavy = Object.keys(lock).filter((place) =>
    /node_modules\/(@arcgis|@esri|@amcharts|maplibre-gl|mapbox-gl)/.test(place),
  )
  expect(heavy).toEqual([])
})

test('every dependency has an exact version', () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies }
  expect(
    Object.entries(wanted).filter(([, version]) => !/^(npm:[\w-]+@)?\d+\.\d+\.\d+[\w.-]*$/.test(version)),
  ).toEqual([])
})
