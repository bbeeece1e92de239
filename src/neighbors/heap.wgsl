// Max-heaps of the nearest candidates, one a query, slot-major so that neighboring queries touch neighboring addresses.
// They are ordered by (distance, hash of query and candidate): with the plain id as second key, the lowest ids among
// many identical points would become everybody's neighbors and the graph a star.

fn isNearer(query: u32, distance: f32, id: u32, otherDistance: f32, otherId: u32) -> bool {
  if (distance != otherDistance) { return distance < otherDistance; }
  return pcg(query ^ pcg(id)) < pcg(query ^ pcg(otherId)); // pcg is a bijection: no ties are left
}

// Puts a candidate in the place of the farthest one in the first `size` slots and restores the heap.
fn replaceRoot(query: u32, nPoints: u32, size: u32, distance: f32, id: u32) {
  var slot = 0u;
  loop {
    var child = 2u * slot + 1u;
    if (child >= size) { break; }
    var childDistance = heapDistances[child * nPoints + query];
    var childId = heapIds[child * nPoints + query];
    if (child + 1u < size) {
      let rightDistance = heapDistances[(child + 1u) * nPoints + query];
      let rightId = heapIds[(child + 1u) * nPoints + query];
      if (isNearer(query, childDistance, childId, rightDistance, rightId)) {
        child++;
        childDistance = rightDistance;
        childId = rightId;
      }
    }
    if (isNearer(query, childDistance, childId, distance, id)) { break; }
    heapDistances[slot * nPoints + query] = childDistance;
    heapIds[slot * nPoints + query] = childId;
    slot = child;
  }
  heapDistances[slot * nPoints + query] = distance;
  heapIds[slot * nPoints + query] = id;
}
