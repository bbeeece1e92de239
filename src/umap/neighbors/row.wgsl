// Sorts a query's heap in place (heapsort) and writes it out from `out` on: the point itself, then its neighbors, nearest
// first. The kernel's `rowOfPoint` names them.
fn writeRow(query: u32, at: u32, stride: u32, out: u32) {
  ids[out] = rowOfPoint(query);
  distances[out] = 0.0;
  for (var size = params.heapSize; size > 0u; size--) {
    let last = (size - 1u) * stride + at;
    let lastDistance = heapDistances[last];
    let lastId = heapIds[last];
    let squared = heapDistances[at];
    ids[out + size] = rowOfPoint(heapIds[at]);
    distances[out + size] = select(sqrt(squared), squared / 2.0, params.isCosine == 1u);
    if (size > 1u) { replaceRoot(query, at, stride, size - 1u, lastDistance, lastId); }
  }
}
