// One epoch of UMAP's stochastic gradient descent, a vertex a thread. The thread walks its edges; its own moves stay in a
// register, and what it does to the other end of an edge is added to `pulls` as fixed-point integers, whose sum does not
// depend on the order. The schedule has no state: whether an edge is due, and with how many negatives, follows from the
// epoch and the edge's rate alone.
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = params.begin + id.x;
  if (head >= params.end) { return; }
  let local = (head - params.partBegin) * params.nSets;
  let own = bounds[local + params.setIndex];
  // The set's entries are the first of the row's columns.
  let toColumns = bounds[local + params.nSets - 1u].x - own.x;
  let end = own.x + own.y;
  var position = positions[head];
  var random = randomOf(head);
  var edge = own.x;
  var rate = 0u;
  loop {
    // Threads run ahead to their next due edge and then spend their negatives side by side.
    while (edge < end) {
      rate = rateOf(weightAt(edge));
      if (isDue(rate)) { break; }
      edge++;
    }
    if (edge >= end) { break; }
    position = drawn(position, columns[edge + toColumns]);
    position = pushed(position, &random, negatives(rate), head);
    edge++;
  }
  moved[head] = position;
}
