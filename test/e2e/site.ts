import { build, preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built page, served as `npm start` serves it. */
    pageUrl: string
  }
}

/** Builds the page once and serves it to every end-to-end test, on a free port. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ logLevel: 'warn' })
  const server = await preview({
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0, strictPort: false },
  })
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('e2e: the preview server has no port')
  project.provide('pageUrl', `http://127.0.0.1:${address.port}/`)
  return () => server.close()
}
