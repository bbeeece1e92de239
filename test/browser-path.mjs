import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/** Where Chromium and its kin are installed on each platform, the plainest first. */
function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
    )
  }
  if (process.platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap(
      (name) => process.env[name] ?? [],
    )
    const apps = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ]
    return apps.flatMap((app) => roots.map((root) => path.win32.join(root, app)))
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
  return ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    names.map((name) => `${folder}/${name}`),
  )
}

/** The Chromium that Playwright installs, whether it is there or not. */
async function playwrightPlace() {
  const { chromium } = await import('playwright')
  return chromium.executablePath()
}

/** Whether a program is there and runs: Ubuntu has a `chromium-browser` that only asks for a snap. */
function runs(executable) {
  if (!executable || !existsSync(executable)) return false
  // On Windows, `--version` opens a window instead of printing one.
  if (process.platform === 'win32') return true
  const { status, stdout } = spawnSync(executable, ['--version'], { encoding: 'utf8', timeout: 30_000 })
  return status === 0 && /chrom|edge/i.test(stdout)
}

/**
 * The path of a Chromium for the tests: `CHROME_PATH`, the usual places, or Playwright's cache; null where there is none.
 * @throws {Error} `CHROME_PATH` is set but does not run.
 */
async function findChromium() {
  const wanted = process.env.CHROME_PATH
  if (wanted) {
    if (runs(wanted)) return wanted
    throw new Error(
      `CHROME_PATH is ${wanted}, which does not run. Correct it, or unset it to have a browser found.`,
    )
  }
  return usualPlaces().find(runs) ?? [await playwrightPlace()].find(runs) ?? null
}

/**
 * As `findChromium`, but installs a Chromium where there is none: Debian's through apt-get as root, else Playwright's.
 * @throws {Error} it could not be installed; the message says what to do by hand.
 */
export async function ensureChromium() {
  const found = await findChromium()
  if (found) return found
  for (const [command, ...args] of installers()) {
    console.log(`No Chromium found; running: ${[command, ...args].join(' ')}`)
    const { status } = spawnSync(command, args, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    const installed = status === 0 ? await findChromium() : null
    if (installed) return installed
  }
  throw new Error(
    [
      'The tests need Chromium or Chrome, and none could be found or installed. Do one of:',
      '  - Debian, as root:  apt-get install chromium',
      '  - anywhere:         npx playwright-core install --with-deps chromium',
      '  - set CHROME_PATH to the executable of a Chromium, Chrome or Edge that is already there',
    ].join('\n'),
  )
}

function installers() {
  const commands = []
  const root = process.getuid?.() === 0
  if (process.platform === 'linux' && root && existsSync('/usr/bin/apt-get')) {
    commands.push([
      'sh',
      '-c',
      'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium',
    ])
  }
  const cli = path.join(path.dirname(require.resolve('playwright/package.json')), 'cli.js')
  commands.push([process.execPath, cli, 'install', ...(root ? ['--with-deps'] : []), 'chromium'])
  return commands
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await ensureChromium())
