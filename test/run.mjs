// npm test: finds or installs a browser, builds the page once, runs all tests, and ends in one line that counts them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const [major, minor] = process.versions.node.split('.').map(Number)

function fail(message) {
  console.error(`\n${message}\n`)
  console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}

if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `This project needs Node 20.19 or newer; this is ${process.versions.node}. Get one from https://nodejs.org.`,
  )
}
if (!existsSync(path.join(root, 'node_modules', 'vitest'))) {
  fail('The packages are not installed. Run: npm ci')
}

const { ensureChromium } = await import('./browser-path.mjs')
let chromium = ''
try {
  chromium = await ensureChromium()
} catch (error) {
  fail(error.message)
}
console.log(`Browser: ${chromium}`)

const env = { ...process.env, CHROME_PATH: chromium }
const node = (script, args, more = {}) =>
  spawnSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
  })

if (node('vite/bin/vite.js', ['build', '--logLevel', 'warn']).status !== 0) {
  fail('The page does not build (see above), so no test was run.')
}

const folder = mkdtempSync(path.join(tmpdir(), 'captionscape-'))
const summaryFile = path.join(folder, 'summary.txt')
const reporters = ['--reporter=default', '--reporter=./test/summary-reporter.mjs']
const { status, signal } = node('vitest/vitest.mjs', ['run', ...reporters, ...process.argv.slice(2)], {
  CAPTIONSCAPE_SUMMARY: summaryFile,
  CAPTIONSCAPE_BUILT: '1',
})
const summary = existsSync(summaryFile) ? readFileSync(summaryFile, 'utf8').trimEnd() : null
rmSync(folder, { recursive: true })
if (summary === null) fail(`Vitest ended (${signal ?? `code ${status}`}) before it could count its tests.`)
// Printed here, not by the reporter: Vitest still writes to the terminal after its reporters are done.
console.log(`\n${summary}`)
process.exit(status ?? 1)
