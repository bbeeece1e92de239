// Max-heaps of the nearest candidates, one a query of a band, slot-major so that neighboring queries touch neighboring
// addresses: slot s of the band's query q lies at s · stride + q.
// They are ordered by (distance, hash of query and candidate): with the plain id as second key, the lowest ids among
// many identical points would become everybody's neighbors and the graph a star.

fn isNearer(query: u32, distance: f32, id: u32, otherDistance: f32, otherId: u32) -> bool {
  if (distance != otherDistance) { return distance < otherDistance; }
  return pcg(query ^ pcg(id)) < pcg(query ^ pcg(otherId)); // pcg is a bijection: no ties are left
}

// Puts a candidate in the place of the farthest one in the first `size` slots and restores the heap.
// `at` is the query's place in its band.
fn replaceRoot(query: u32, at: u32, stride: u32, size: u32, distance: f32, id: u32) {
  var slot = 0u;
  loop {
    var child = 2u * slot + 1u;
    if (child >= size) { break; }
    var childDistance = heapDistances[child * stride + at];
    var childId = heapIds[child * stride + at];
    if (child + 1u < size) {
      let rightDistance = heapDistances[(child + 1u) * stride + at];
      let rightId = heapIds[(child + 1u) * stride + at];
      if (isNearer(query, childDistance, childId, rightDistance, rightId)) {
        child++;
        childDistance = rightDistance;
        childId = rightId;
      }
    }
    if (isNearer(query, childDistance, childId, distance, id)) { break; }
    heapDistances[slot * stride + at] = childDistance;
    heapIds[slot * stride + at] = childId;
    slot = child;
  }
  heapDistances[slot * stride + at] = distance;
  heapIds[slot * stride + at] = id;
}
