// The same, where the places of four are asked for before the first is needed, so that one wait for memory serves four; they act in
// the same order.
fn pushed(start: vec2f, random: ptr<function, u32>, count: u32, head: u32) -> vec2f {
  var position = start;
  var due = count;
  for (; due >= 4u; due -= 4u) {
    let first = stepped(*random);
    let second = stepped(first);
    let third = stepped(second);
    *random = stepped(third);
    let others = vec4u(
      scaled(first, params.nPoints),
      scaled(second, params.nPoints),
      scaled(third, params.nPoints),
      scaled(*random, params.nPoints),
    );
    let a = positions[others.x];
    let b = positions[others.y];
    let c = positions[others.z];
    let d = positions[others.w];
    position = pushedBy(position, others.x, a, head);
    position = pushedBy(position, others.y, b, head);
    position = pushedBy(position, others.z, c, head);
    position = pushedBy(position, others.w, d, head);
  }
  for (; due > 0u; due--) {
    *random = stepped(*random);
    let other = scaled(*random, params.nPoints);
    position = pushedBy(position, other, positions[other], head);
  }
  return position;
}
