// One step of a three-term recurrence with the transition matrix D^-1 W on eight vectors:
// next = alpha·D^-1·W·basis + beta·basis + gamma·next. Its eigenvectors are D^-1/2 times those of D^-1/2 W D^-1/2, so that
// no degree is read for a neighbor; and a row of eight is 32 bytes, one sector of memory.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32, alpha: f32, beta: f32, gamma: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;        // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;         // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;         // [entries] of the last set, two each
@group(0) @binding(4) var<storage, read> degrees: array<f32>;         // [nPoints] 0 outside of the largest component
@group(0) @binding(5) var<storage, read> basis: array<vec4f>;         // [nPoints, 2]
@group(0) @binding(6) var<storage, read_write> next: array<vec4f>;    // [nPoints, 2]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let at = 2u * row;
  let degree = degrees[row];
  if (degree == 0.0) {
    next[at] = vec4f();
    next[at + 1u] = vec4f();
    return;
  }
  var left = vec4f();
  var right = vec4f();
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let whole = weightAt(edge);
    if (whole < params.least) { continue; }
    let column = 2u * columns[edge];
    let weight = f32(whole) / 65535.0;
    left += weight * basis[column];
    right += weight * basis[column + 1u];
  }
  let alpha = params.alpha / degree;
  next[at] = alpha * left + params.beta * basis[at] + params.gamma * next[at];
  next[at + 1u] = alpha * right + params.beta * basis[at + 1u] + params.gamma * next[at + 1u];
}
