// The moves of UMAP's gradient descent (McInnes, Healy and Melville 2018, algorithm 5; umap-learn's
// `optimize_layout_euclidean`), and the exact arithmetic of its schedule. The kernel's parameters hold the curve: similarity
// in the plane is 1 / (1 + a·d^2b).

// Samples of an edge in the first `epoch` epochs, for at most one an epoch: `rate` is those in 65,536 epochs. Exact,
// without 64-bit integers.
fn samples(epoch: u32, rate: u32) -> u32 {
  return (epoch >> 16u) * rate + (((epoch & 0xffffu) * rate) >> 16u);
}

// A linear congruential step, from a hashed start.
fn stepped(random: u32) -> u32 { return random * 747796405u + 2891336453u; }

// The upper 32 bits of the product: uniform below n where `random` is uniform, for any n.
fn scaled(random: u32, n: u32) -> u32 {
  let low = random & 0xffffu;
  let high = random >> 16u;
  let middle = low * (n >> 16u) + ((low * (n & 0xffffu)) >> 16u);
  return high * (n >> 16u) + (middle >> 16u) + ((high * (n & 0xffffu) + (middle & 0xffffu)) >> 16u);
}

// What a neighbor at this offset does.
fn attraction(offset: vec2f, learningRate: f32) -> vec2f {
  let squared = dot(offset, offset);
  let power = exp2(params.b * log2(squared));
  return stepOf(offset, -2.0 * params.a * params.b * power / (squared * (params.a * power + 1.0)), learningRate);
}

// What a point drawn at random at this offset does.
fn repulsion(offset: vec2f, learningRate: f32) -> vec2f {
  let squared = dot(offset, offset);
  let power = exp2(params.b * log2(squared));
  return stepOf(offset, 2.0 * params.b / ((0.001 + squared) * (params.a * power + 1.0)), learningRate);
}

// At most 4 in each direction before the learning rate; what coincides moves nothing.
fn stepOf(offset: vec2f, coefficient: f32, learningRate: f32) -> vec2f {
  let step = clamp(coefficient * offset, vec2f(-4.0), vec2f(4.0)) * learningRate;
  return select(vec2f(), step, dot(offset, offset) > 0.0);
}
