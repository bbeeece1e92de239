/** Whether a column holds the coordinates of a layout: by themselves they say nothing to a reader. */
export function isCoordinate(name: string, layouts: readonly string[]): boolean {
  return layouts.some((layout) => [`x_${layout}`, `y_${layout}`].includes(name.toLowerCase()))
}
