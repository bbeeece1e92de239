// npm run check: all but the tests, one after the other, each even if another failed: types, lint, format, unused code, the page's size.
import { spawnSync } from 'node:child_process'
import process from 'node:process'

const checks = [
  ['types', 'npx', ['--no-install', 'tsc', '--noEmit']],
  ['lint', 'npm', ['run', '--silent', 'lint']],
  ['format', 'npm', ['run', '--silent', 'format:check']],
  ['unused', 'npm', ['run', '--silent', 'unused']],
  ['page', 'npx', ['--no-install', 'vite', 'build', '--logLevel', 'warn']],
  ['page-size', process.execPath, ['.ci/page-size.mjs']],
]

const failed = []
for (const [name, command, args] of checks) {
  console.log(`\n=== ${name}: ${[command, ...args].join(' ')}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) failed.push(name)
}
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(' ')}`)
process.exit(failed.length === 0 ? 0 : 1)
