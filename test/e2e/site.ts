import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built page, served as `npm start` serves it. */
    pageUrl: string
  }
}

/**
 * Serves the built page to every end-to-end test, on a free port; builds it first, unless `npm test` has done so. In a process
 * of its own: under Vitest's environment Vite would bundle React's development form.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!process.env.CAPTIONSCAPE_BUILT) {
    const env = { ...process.env, NODE_ENV: 'production' }
    execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { env })
  }
  const server = await preview({
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0, strictPort: false },
  })
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('e2e: the preview server has no port')
  project.provide('pageUrl', `http://127.0.0.1:${address.port}/`)
  return () => server.close()
}
