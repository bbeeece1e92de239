import type { Fidelity } from '../../shared/core/types.ts'
import { useEngine, useStatus } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { useCanLayOut } from './vectors-choice.tsx'

/** Another projection is offered where it keeps so much more of the neighbors. */
const WORTH = 0.05

/** Whether principal components would keep enough more to be worth another run. */
export function canKeepMore({ kept, keptByPca }: Fidelity): boolean {
  return keptByPca !== null && keptByPca - kept >= WORTH
}

/** What is left of the encoder's neighborhoods where the layout begins, and another projection where it would leave more. */
export function FidelityLine({ fidelity }: { readonly fidelity: Fidelity }) {
  const engine = useEngine()
  const canRun = useCanLayOut()
  const isWorking = useStatus((view) => view.phase === 'working')
  const { kept, k, sample, from, to, explained, keptByPca } = fidelity
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
  const choosePca = (): void => {
    engine.choices.set({ projection: 'pca' })
    engine.open.rerun()
  }
  return (
    <>
      <p
        className="quiet"
        title={`Of each caption’s ${k} nearest in ${from} dimensions, among ${formatCount(sample)} drawn at random`}
      >
        {to}-d keeps {percent(kept)} of neighbors in {from}-d
        {explained !== null && ` and ${percent(explained)} of the variance`}
      </p>
      {canRun && keptByPca !== null && canKeepMore(fidelity) && (
        <p className="quiet">
          Principal components would keep {percent(keptByPca)}.{' '}
          <button
            type="button"
            className="link"
            disabled={isWorking}
            title="Embeds and lays out the captions again, by principal components in place of the random projection of the original pipeline"
            onClick={choosePca}
          >
            Use principal components
          </button>
        </p>
      )}
    </>
  )
}
