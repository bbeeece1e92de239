import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ModelFolder } from '../../shared/core/types.ts'
import type { Link } from '../link/link.ts'
import { DEFAULTS, type Settings } from '../link/params.ts'

/** What the next run will be made by, as the panels show it. */
export interface ChoicesView {
  readonly settings: Settings
  /** The first of the .npy files that were opened beside the captions. */
  readonly vectorFile: string | null
  /** Name of the model's folder that was opened from one's own disk. */
  readonly modelFolder: string | null
}

/** What the next run will be made by: settings, and files of one's own. */
export class Choices {
  readonly view: StoreApi<ChoicesView>
  /** NumPy files that came with the open file. */
  vectorFiles: readonly File[] = []
  modelFolder: ModelFolder | null = null
  /** A limit that no run has been made with yet: it was chosen for the next file. */
  private isLimitNew: boolean
  private readonly link: Link

  constructor(link: Link) {
    this.link = link
    this.isLimitNew = link.params.data === null
    this.view = createStore<ChoicesView>()(() => ({
      settings: { ...DEFAULTS, ...link.params },
      vectorFile: null,
      modelFolder: null,
    }))
  }

  get settings(): Settings {
    return this.view.getState().settings
  }

  /** A person chose settings for the next run. */
  set(settings: Partial<Settings>): void {
    if (settings.encoder) this.link.setOwn({ encoderIsChosen: true })
    if (settings.limit !== undefined && settings.limit !== this.settings.limit) this.isLimitNew = true
    this.keep(settings)
    this.link.set({})
  }

  /** Settings that follow from what was opened. */
  keep(settings: Partial<Settings>): void {
    this.view.setState({ settings: { ...this.settings, ...settings } })
    this.link.setLater(settings)
  }

  /** Takes a model from one's own disk from now on; null for the settings' again. */
  takeModelFolder(folder: ModelFolder | null): void {
    this.modelFolder = folder
    this.view.setState({ modelFolder: folder?.name ?? null })
    this.link.setOwn({ model: folder !== null })
    if (folder) this.set({ encoder: 'clip' })
    else this.link.set({})
  }

  takeVectorFiles(files: readonly File[]): void {
    if (files.length === 0) return
    this.vectorFiles = files
    this.view.setState({ vectorFile: files[0].name })
    this.link.setOwn({ vectors: true })
    this.keep({ encoder: 'vectors', vectors: null })
  }

  /** What was chosen for one file is not for the next: its vectors, and its limit, once a run was made with it. */
  forgetFile(): void {
    if (!this.isLimitNew && this.settings.limit !== null) this.keep({ limit: null })
    this.forgetVectors()
  }

  /** A file of one's own is opened under the settings as they are. */
  used(): void {
    this.isLimitNew = false
  }

  /** Vectors belong to one file. */
  forgetVectors(): void {
    this.vectorFiles = []
    this.view.setState({ vectorFile: null })
    const { encoder, vectors } = this.settings
    if (encoder === 'vectors') {
      this.keep({ encoder: 'clip' })
      this.link.setOwn({ encoderIsChosen: false })
    }
    if (vectors !== null) this.keep({ vectors: null })
    this.link.setOwn({ vectors: false })
  }
}
