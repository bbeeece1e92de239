// Where the head of an edge is after so many random points have pushed it, one after the other.
fn pushed(start: vec2f, random: ptr<function, u32>, count: u32, head: u32) -> vec2f {
  var position = start;
  for (var negative = count; negative > 0u; negative--) {
    *random = stepped(*random);
    let other = scaled(*random, params.nPoints);
    position = pushedBy(position, other, positions[other], head);
  }
  return position;
}
