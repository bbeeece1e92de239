/** To what opens and how it is read: docs/files.md, which is built beside the page. */
export function FilesLink() {
  return (
    <a href="./files.html" target="_blank" rel="noopener">
      Which files open
    </a>
  )
}
