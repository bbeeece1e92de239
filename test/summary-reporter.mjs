import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

/**
 * The last lines of a run: every skipped test with its reason, then `N passed, N failed, N skipped`. A file that could not
 * be loaded, a failing hook and an unhandled error count as a failure each, so that nothing red ends in “0 failed”.
 * Goes to the file named by `CAPTIONSCAPE_SUMMARY`, else to the terminal.
 */
export default class SummaryReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const text = summarize(testModules, unhandledErrors.length)
    const file = process.env.CAPTIONSCAPE_SUMMARY
    if (file) writeFileSync(file, `${text}\n`)
    else console.log(`\n${text}`)
  }
}

/** The summary of a run, without a line end. */
export function summarize(testModules, unhandledErrors) {
  let passed = 0
  let failed = unhandledErrors
  const skipped = []
  for (const module of testModules) {
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state, note } = test.result()
      if (state === 'passed') passed++
      else if (state === 'failed') failed++
      else {
        const where = path.relative(process.cwd(), module.moduleId)
        skipped.push(`  ${where} > ${test.fullName}: ${note ?? 'no reason given'}`)
      }
    }
  }
  const lines = skipped.length > 0 ? ['Skipped:', ...skipped, ''] : []
  lines.push(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
  return lines.join('\n')
}
