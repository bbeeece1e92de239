/**
 * Most points that are laid out: above it, exact neighbors and unsplit buffers stop being a good trade. Rows beyond
 * this need `limit`, or a file that already holds its layouts.
 */
export const MAX_POINTS = 20_000
