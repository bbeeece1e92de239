// Script that the built page loads before it can paint, gzip as a host would send it: index.html's scripts, what it
// preloads, and what those import statically. Workers, wasm and dynamic imports come later and do not count.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 450
const dist = path.resolve('dist')
const html = readFileSync(path.join(dist, 'index.html'), 'utf8')

const waiting = [...html.matchAll(/<(?:script[^>]*\ssrc|link[^>]*rel="modulepreload"[^>]*\shref)="\.?\/?([^"]+\.js)"/g)].map(
  ([, file]) => path.join(dist, file),
)
if (waiting.length === 0) throw new Error('dist/index.html loads no script; was the page built?')
const sizes = new Map()
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (sizes.has(file)) continue
  const source = readFileSync(file)
  sizes.set(file, gzipSync(source, { level: 9 }).length)
  for (const [, imported] of source.toString().matchAll(/(?:^|[;}\s])(?:import|export)[^;'"()]*?["'](\.[^"']+\.js)["']/g)) {
    waiting.push(path.join(path.dirname(file), imported))
  }
}

let total = 0
for (const [file, bytes] of sizes) {
  console.log(`${(bytes / 1000).toFixed(1).padStart(8)} KB  ${path.relative(dist, file)}`)
  total += bytes
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} KB  of at most ${LIMIT_KB} KB gzip before the first paint`)
if (total > LIMIT_KB * 1000) process.exit(1)
