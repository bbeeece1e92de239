import { useEffect, useEffectEvent, useState } from 'react'
import { droppedFiles } from '../parts/dropped-files.ts'

/** Takes files dropped anywhere on the page; true while files are held over it. */
export function useFileDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [dropping, setDropping] = useState(false)
  const take = useEffectEvent(onFiles)
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDropping(true)
    }
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDropping(false)
    }
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDropping(false)
      // A folder that cannot be read is taken as the file that it is not, and so told.
      const plain = [...(event.dataTransfer?.files ?? [])]
      droppedFiles(event.dataTransfer).then(take, () => take(plain))
    }
    addEventListener('dragover', onOver)
    addEventListener('dragleave', onLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onOver)
      removeEventListener('dragleave', onLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return dropping
}
